package com.github.scriptrunner.domain;

import java.time.Duration;

/** How long to wait after the nth failure in a row. */
final class Backoff {
    private static final int MAX_DOUBLINGS = 16;

    private Backoff() {}

    /** Of a run on a node: 10 s doubling to 10 min. */
    static Duration ofNode(int failures) {
        return doubling(Duration.ofSeconds(10), failures, Duration.ofMinutes(10));
    }

    /** Of the API server: 1 s doubling to 1 min. */
    static Duration ofApi(int failures) {
        return doubling(Duration.ofSeconds(1), failures, Duration.ofMinutes(1));
    }

    private static Duration doubling(Duration first, int failures, Duration most) {
        Duration wait = first.multipliedBy(1L << Math.min(MAX_DOUBLINGS, Math.max(0, failures - 1)));
        return wait.compareTo(most) < 0 ? wait : most;
    }
}
