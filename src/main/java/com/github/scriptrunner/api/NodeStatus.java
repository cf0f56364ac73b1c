package com.github.scriptrunner.api;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.List;

/**
 * What is known of one node.
 *
 * @param nodeId hash of the node's UID: a recreated node is another node
 * @param reason null when there is nothing to say, like {@code message}
 * @param completedRuns ended, whatever the outcome, in the runner's revision; null for 0 where room is short, like {@code failedRuns}
 * @param lastOutcome only where no history is left for want of room; null then means Succeeded
 * @param lastExitCode as {@code lastOutcome}; null then means 0
 * @param waitingSince when it first matched in this revision; null: when the revision began
 * @param lastStartTime when its latest run of this revision started
 * @param leftTime when it was gone or no longer matched; null while it matches
 * @param givenUpOn what the node and the spec were like when a run was given up, as a hash: any change makes the run due again
 * @param history newest first
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
@RecordBuilder
public record NodeStatus(
        String name,
        String nodeId,
        Phase phase,
        String reason,
        String message,
        Integer completedRuns,
        Integer failedRuns,
        Outcome lastOutcome,
        Integer lastExitCode,
        Instant waitingSince,
        Instant lastStartTime,
        Instant leftTime,
        String givenUpOn,
        CurrentRun current,
        List<RunResult> history)
        implements NodeStatusBuilder.With {
    public NodeStatus {
        history = List.copyOf(requireNonNullElse(history, List.of()));
    }

    /** A node that just came to match. */
    public static NodeStatus of(String name, String nodeId, Instant waitingSince) {
        return NodeStatusBuilder.builder()
                .name(name)
                .nodeId(nodeId)
                .phase(Phase.Waiting)
                .completedRuns(0)
                .failedRuns(0)
                .waitingSince(waitingSince)
                .build();
    }

    @JsonIgnore
    public int completed() {
        return requireNonNullElse(completedRuns, 0);
    }

    @JsonIgnore
    public int failed() {
        return requireNonNullElse(failedRuns, 0);
    }

    @JsonIgnore
    public boolean hasLeft() {
        return leftTime != null;
    }

    public NodeStatus in(Phase newPhase) {
        return in(newPhase, null, null);
    }

    public NodeStatus in(Phase newPhase, String newReason, String newMessage) {
        return with().phase(newPhase).reason(newReason).message(newMessage).build();
    }

    /** With one more run of the runner's revision. */
    public NodeStatus counting(RunResult result) {
        return with().completedRuns(completed() + 1)
                .failedRuns(failed() + (result.outcome().isFailure() ? 1 : 0))
                .lastOutcome(null)
                .lastExitCode(null)
                .lastStartTime(result.startTime() == null ? result.finishTime() : result.startTime())
                .build();
    }

    /** As the first entry of a new revision, with what is still under way. */
    public NodeStatus inNewRevision(CurrentRun underWay) {
        return of(name, nodeId, null)
                .with()
                .leftTime(leftTime)
                .current(underWay)
                .history(history)
                .build();
    }

    /** Without its results, but for how the latest ended. */
    public NodeStatus withoutHistory() {
        NodeStatusBuilder smaller = with().completedRuns(nullIfZero(completedRuns))
                .failedRuns(nullIfZero(failedRuns))
                .history(null);
        if (!history.isEmpty()) {
            RunResult latest = history.get(0);
            smaller.lastOutcome(latest.outcome().isFailure() ? latest.outcome() : null)
                    .lastExitCode(nullIfZero(latest.exitCode()));
        }
        return smaller.build();
    }

    /** Where no run has to wait for it any more. */
    public NodeStatus withoutStartTime() {
        return phase == Phase.Waiting ? this : withLastStartTime(null);
    }

    private static Integer nullIfZero(Integer number) {
        return number == null || number == 0 ? null : number;
    }
}
