package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.ScriptRunner;

/** A pod that a plan wants created. */
public record PodToStart(ScriptRunner runner, String name, String nodeName, String nodeId, int revision, int run)
        implements PodOfRunner {
    @Override
    public String namespace() {
        return runner.getMetadata().getNamespace();
    }

    @Override
    public String runnerName() {
        return runner.getMetadata().getName();
    }
}
