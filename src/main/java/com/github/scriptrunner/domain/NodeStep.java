package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.NodeStatus;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;

/**
 * One node's part of a plan.
 *
 * @param status what is to stand in the status; null: nothing any more
 * @param recorded the result that came in, or null
 * @param released the pod that is done with, or null
 * @param unwanted the pod that is to end without being done with, or null
 * @param start the pod to create, or null
 * @param lookAgain when something becomes due though nothing happens; null: never
 * @param nextRun when the next run is due; null when none is, or one is already
 */
@RecordBuilder
record NodeStep(
        NodeStatus status,
        RecordedResult recorded,
        ObservedPod released,
        ObservedPod unwanted,
        PodToStart start,
        Instant lookAgain,
        Instant nextRun)
        implements NodeStepBuilder.With {
    static NodeStep to(NodeStatus status) {
        return new NodeStep(status, null, null, null, null, null, null);
    }

    /** What happened to the pod, followed by what comes next. */
    NodeStep then(NodeStep next) {
        return next.with()
                .recorded(recorded)
                .released(released)
                .unwanted(unwanted)
                .build();
    }
}
