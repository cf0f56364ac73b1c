package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.NodeStatus;
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
record NodeStep(
        NodeStatus status,
        RecordedResult recorded,
        ObservedPod released,
        ObservedPod unwanted,
        PodToStart start,
        Instant lookAgain,
        Instant nextRun) {
    static NodeStep to(NodeStatus status) {
        return new NodeStep(status, null, null, null, null, null, null);
    }

    NodeStep recording(RecordedResult result) {
        return new NodeStep(status, result, released, unwanted, start, lookAgain, nextRun);
    }

    NodeStep releasing(ObservedPod pod) {
        return new NodeStep(status, recorded, pod, unwanted, start, lookAgain, nextRun);
    }

    NodeStep ending(ObservedPod pod) {
        return new NodeStep(status, recorded, released, pod, start, lookAgain, nextRun);
    }

    NodeStep starting(PodToStart pod) {
        return new NodeStep(status, recorded, released, unwanted, pod, lookAgain, nextRun);
    }

    NodeStep lookingAgain(Instant time) {
        return new NodeStep(status, recorded, released, unwanted, start, time, nextRun);
    }

    NodeStep runningNext(Instant time) {
        return new NodeStep(status, recorded, released, unwanted, start, time, time);
    }

    /** What happened to the pod, followed by what comes next. */
    NodeStep then(NodeStep next) {
        return new NodeStep(next.status, recorded, released, unwanted, next.start, next.lookAgain, next.nextRun);
    }
}
