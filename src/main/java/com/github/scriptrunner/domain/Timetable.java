package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.CurrentRun;
import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.ScriptRunnerSpec;
import java.time.Duration;
import java.time.Instant;

/** When a run is due, and when it is too late for it. */
final class Timetable {
    /** A run that could not start for this long after it was due is given up. */
    static final Duration STARTING_DEADLINE = Duration.ofMinutes(10);

    /** What a run may take, packages included; the runner program ends it then. */
    static final Duration TIMEOUT = Duration.ofHours(1);

    /** How long after its timeout a run is believed to be still there. */
    static final Duration PATIENCE = Duration.ofMinutes(5);

    /** A run found due later than this was held up by something else, and its deadline counts from now. */
    private static final Duration PROMPT = Duration.ofSeconds(30);

    private Timetable() {}

    /** The first run waits from when the node came to match, each later one from the start of the one before. */
    static Instant expected(ScriptRunnerSpec spec, Revision revision, NodeStatus entry) {
        if (entry.lastStartTime() != null) {
            return entry.lastStartTime().plusSeconds(spec.periodSeconds());
        }
        Instant since = entry.waitingSince() == null ? revision.since() : entry.waitingSince();
        return since.plusSeconds(spec.initialDelaySeconds());
    }

    /** What {@link CurrentRun#dueTime()} has to say for a run that is due now: nothing where it is as expected. */
    static Instant dueTime(Instant expected, Instant now) {
        return expected.plus(PROMPT).isBefore(now) ? now : null;
    }

    static Instant deadline(ScriptRunnerSpec spec, Revision revision, NodeStatus entry) {
        Instant due = entry.current().dueTime();
        return (due == null ? expected(spec, revision, entry) : due).plus(STARTING_DEADLINE);
    }

    static Instant overdue(Instant start) {
        return start.plus(TIMEOUT).plus(PATIENCE);
    }
}
