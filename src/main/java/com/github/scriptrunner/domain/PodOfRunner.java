package com.github.scriptrunner.domain;

/** A pod that something is done with, and whose it is. */
public interface PodOfRunner {
    String namespace();

    String name();

    String runnerName();

    /** As the work queue knows the runner: {@code namespace/name}. */
    default String runnerKey() {
        return namespace() + "/" + runnerName();
    }
}
