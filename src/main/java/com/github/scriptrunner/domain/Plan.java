package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.time.Duration;
import java.util.List;

/**
 * What the status shall say, and what is to be done once it does.
 *
 * @param key {@code namespace/name}
 * @param runner on whose version it was planned; null when the runner is gone, whose scripts shall go then
 * @param status null when the runner is gone
 * @param recorded results that {@code status} holds for the first time
 * @param released pods that are done with: their finalizer goes, then they do
 * @param unwanted pods that are to end; what they say is still waited for
 * @param lookAgainAfter null: when something happens
 */
public record Plan(
        String key,
        ScriptRunner runner,
        ScriptRunnerStatus status,
        boolean changesStatus,
        List<RecordedResult> recorded,
        List<ObservedPod> released,
        List<ObservedPod> unwanted,
        List<PodToStart> starts,
        Duration lookAgainAfter) {

    /** Nothing to do before something is known, or is due. */
    static Plan later(Observed observed, Duration lookAgainAfter) {
        return new Plan(
                observed.key(),
                observed.runner(),
                null,
                false,
                List.of(),
                List.of(),
                List.of(),
                List.of(),
                lookAgainAfter);
    }

    /** What people are to be told once it is written. */
    public List<Occurrence> occurrences() {
        return Occurrences.of(this);
    }

    public boolean isIdle() {
        return runner != null && !changesStatus && released.isEmpty() && unwanted.isEmpty() && starts.isEmpty();
    }
}
