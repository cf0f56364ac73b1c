package com.github.scriptrunner.api;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
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
        List<RunResult> history) {
    public NodeStatus {
        history = List.copyOf(requireNonNullElse(history, List.of()));
    }

    /** A node that just came to match. */
    public static NodeStatus of(String name, String nodeId, Instant waitingSince) {
        return new NodeStatus(
                name, nodeId, Phase.Waiting, null, null, 0, 0, null, null, waitingSince, null, null, null, null, null);
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
        return new NodeStatus(
                name,
                nodeId,
                newPhase,
                newReason,
                newMessage,
                completedRuns,
                failedRuns,
                lastOutcome,
                lastExitCode,
                waitingSince,
                lastStartTime,
                leftTime,
                givenUpOn,
                current,
                history);
    }

    public NodeStatus withCurrent(CurrentRun newCurrent) {
        return new NodeStatus(
                name,
                nodeId,
                phase,
                reason,
                message,
                completedRuns,
                failedRuns,
                lastOutcome,
                lastExitCode,
                waitingSince,
                lastStartTime,
                leftTime,
                givenUpOn,
                newCurrent,
                history);
    }

    public NodeStatus givenUpOn(String state) {
        return new NodeStatus(
                name,
                nodeId,
                phase,
                reason,
                message,
                completedRuns,
                failedRuns,
                lastOutcome,
                lastExitCode,
                waitingSince,
                lastStartTime,
                leftTime,
                state,
                current,
                history);
    }

    public NodeStatus leftAt(Instant time) {
        return new NodeStatus(
                name,
                nodeId,
                phase,
                reason,
                message,
                completedRuns,
                failedRuns,
                lastOutcome,
                lastExitCode,
                waitingSince,
                lastStartTime,
                time,
                givenUpOn,
                current,
                history);
    }

    public NodeStatus withHistory(List<RunResult> newHistory) {
        return new NodeStatus(
                name,
                nodeId,
                phase,
                reason,
                message,
                completedRuns,
                failedRuns,
                lastOutcome,
                lastExitCode,
                waitingSince,
                lastStartTime,
                leftTime,
                givenUpOn,
                current,
                newHistory);
    }
}
