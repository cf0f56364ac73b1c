package com.github.scriptrunner.domain;

import java.time.Duration;
import java.time.Instant;

/**
 * What the API server said when something was asked of it for a pod.
 *
 * @param reason for the node's status, such as {@code AdmissionDenied}
 * @param refused true: it was understood and refused, so that trying soon is of no use; false: it may be better in a moment
 * @param time of the latest answer
 * @param count answers of this kind in a row
 */
public record Setback(String reason, String message, boolean refused, Instant time, int count) {
    /** 10 s doubling to 10 min for what was refused, 1 s doubling to 1 min for what did not work. */
    public Instant nextTry() {
        Duration wait = refused ? Backoff.ofNode(count) : Backoff.ofApi(count);
        return time.plus(wait);
    }
}
