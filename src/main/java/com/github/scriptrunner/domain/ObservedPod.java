package com.github.scriptrunner.domain;

import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;

/**
 * A pod of a runner as far as a plan cares.
 *
 * @param ownerUid of the ScriptRunner that controls it
 * @param reason in a pod that has not begun: what holds it up; in one that is lost: why. Null when there is none, like {@code message}
 * @param startTime when its container started, null when it never did
 * @param exitCode of its container, null when Kubernetes does not know one
 * @param terminationMessage what the container left, as it is
 * @param held whether our finalizer keeps it
 * @param deleting whether Kubernetes has been asked to delete it
 */
@RecordBuilder
public record ObservedPod(
        String namespace,
        String name,
        String runnerName,
        String ownerUid,
        String nodeName,
        int revision,
        int run,
        State state,
        String reason,
        String message,
        Instant startTime,
        Instant finishTime,
        Integer exitCode,
        String terminationMessage,
        boolean held,
        boolean deleting)
        implements PodOfRunner, ObservedPodBuilder.With {

    /** Where a pod stands. {@code Pending → Running → Ended | Lost}, or {@code Pending → NeverBegan}. */
    public enum State {
        Pending,
        Running,
        /** Its container started and ended. */
        Ended,
        /** Its container started, and how it ended says nothing of the script: evicted, or gone with its node. */
        Lost,
        /** It ended before its container started. */
        NeverBegan;

        public boolean hasRun() {
            return this == Ended || this == Lost;
        }
    }
}
