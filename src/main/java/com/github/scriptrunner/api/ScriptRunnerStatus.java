package com.github.scriptrunner.api;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.Condition;
import java.time.Instant;
import java.util.List;

/**
 * What the operator says of a runner, and all that it needs to know after a restart.
 *
 * @param revision 0 before the first; goes up by one at each change of what is run
 * @param revisionTime when the operator first saw this revision
 * @param desired the entries in {@code nodes}, which the five counts after it add up to
 * @param nextRunTime null when no run is due later
 * @param trimmed true when something was cut for want of room, otherwise null
 * @param nodes sorted by name; of a name's several nodes the newest first
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScriptRunnerStatus(
        Long observedGeneration,
        int revision,
        String revisionHash,
        Instant revisionTime,
        List<Condition> conditions,
        String summary,
        int desired,
        int waiting,
        int running,
        int succeeded,
        int failed,
        int skipped,
        Instant lastRunTime,
        Instant nextRunTime,
        Boolean trimmed,
        List<NodeStatus> nodes) {
    /** Of a runner that the operator has not seen yet. */
    public static final ScriptRunnerStatus NONE =
            new ScriptRunnerStatus(null, 0, null, null, null, null, 0, 0, 0, 0, 0, 0, null, null, null, null);

    public ScriptRunnerStatus {
        conditions = List.copyOf(requireNonNullElse(conditions, List.of()));
        nodes = List.copyOf(requireNonNullElse(nodes, List.of()));
    }

    @JsonIgnore
    public boolean isComplete() {
        return conditions.stream()
                .anyMatch(condition -> condition.getType().equals("Complete")
                        && condition.getStatus().equals("True"));
    }
}
