package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.ScriptRunnerSpec;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import java.time.Instant;
import java.util.List;

/** What {@code kubectl wait} waits for. */
final class Conditions {
    static final String COMPLETE = "Complete";
    static final String SUCCEEDED = "Succeeded";
    static final String FAILED = "Failed";

    private Conditions() {}

    /** @param before keep their transition time where they say the same as now */
    static List<Condition> of(
            ScriptRunnerSpec spec,
            Totals totals,
            long generation,
            String message,
            List<Condition> before,
            Instant now) {
        boolean complete = !spec.isEndless() && totals.isFinished();
        boolean failed = !spec.isEndless() && totals.withFailures() > 0;
        String reason = reason(spec, totals);
        return List.of(
                condition(COMPLETE, complete, reason, generation, message, before, now),
                condition(
                        SUCCEEDED, complete && reason.equals("AllSucceeded"), reason, generation, message, before, now),
                condition(FAILED, failed, failed ? "SomeFailed" : reason, generation, message, before, now));
    }

    private static String reason(ScriptRunnerSpec spec, Totals totals) {
        if (totals.all() == 0) {
            return "NoMatchingNodes";
        }
        if (spec.isEndless()) {
            return "Endless";
        }
        if (!totals.isFinished()) {
            return totals.running() > 0 ? "Running" : "Waiting";
        }
        if (totals.withFailures() > 0) {
            return "SomeFailed";
        }
        return totals.skipped() > 0 ? "SomeSkipped" : "AllSucceeded";
    }

    private static Condition condition(
            String type,
            boolean value,
            String reason,
            long generation,
            String message,
            List<Condition> before,
            Instant now) {
        String status = value ? "True" : "False";
        String since = before.stream()
                .filter(condition -> condition.getType().equals(type)
                        && condition.getStatus().equals(status))
                .map(Condition::getLastTransitionTime)
                .findFirst()
                .orElse(now.toString());
        return new ConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage(message)
                .withObservedGeneration(generation)
                .withLastTransitionTime(since)
                .build();
    }
}
