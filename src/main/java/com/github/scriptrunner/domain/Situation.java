package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.CurrentRun;
import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerSpec;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;

/**
 * All that decides what happens on one node.
 *
 * @param entry what stands in the status
 * @param node null when the node object is gone
 * @param selected whether the selector means it
 * @param pod the one that {@code entry} speaks of, null when it was not found
 * @param result what that pod said, null until it is read
 * @param setback what the API server said of that pod, null when nothing bad
 */
@RecordBuilder
record Situation(
        ScriptRunner runner,
        Revision revision,
        NodeStatus entry,
        ObservedNode node,
        boolean selected,
        ObservedPod pod,
        RunResult result,
        Setback setback,
        Instant now)
        implements SituationBuilder.With {
    ScriptRunnerSpec spec() {
        return runner.getSpec();
    }

    CurrentRun current() {
        return entry.current();
    }

    boolean isSuperseded() {
        return current().revision() != null && current().revision() != revision.number();
    }

    boolean isDone() {
        return !spec().isEndless() && entry.completed() >= spec().runs();
    }

    /** Whether a run that has not begun shall not begin any more. */
    boolean isCancelled() {
        return !selected || isSuperseded() || isDone();
    }

    boolean isTooLate() {
        return !now.isBefore(deadline());
    }

    Instant deadline() {
        return Timetable.deadline(spec(), revision, entry);
    }

    /** What a run that is given up now is given up on. */
    String state() {
        return Digest.of(8, node.state(), String.valueOf(runner.getMetadata().getGeneration()));
    }
}
