package com.github.scriptrunner.api;

import com.fasterxml.jackson.annotation.JsonIgnore;
import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;

/**
 * The run that a node has due or under way. It stands in the status before its pod is created, and until its result does.
 *
 * <p>What is usual is left out, for the status of a large cluster has to be small.
 *
 * @param revision whose script it runs; null: the runner's
 * @param run null: the one after the completed ones
 * @param podName of an older revision's run; null: follows from the others
 * @param pods how many pods were made for it, also those that never began; the latest carries this number
 * @param dueTime since when it is due, which its starting deadline counts from; null: since when it was expected
 * @param seen true once its latest pod was found in the cluster and has not begun, otherwise null
 * @param startTime when its container started; null before
 * @param retryTime not null when its latest pod is gone without having begun: when to make the next
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@RecordBuilder
public record CurrentRun(
        Integer revision,
        Integer run,
        String podName,
        int pods,
        Instant dueTime,
        Boolean seen,
        Instant startTime,
        Instant retryTime)
        implements CurrentRunBuilder.With {
    /** Due, and without a pod. */
    public static CurrentRun dueSince(Instant dueTime) {
        return new CurrentRun(null, null, null, 0, dueTime, null, null, null);
    }

    @JsonIgnore
    public boolean hasPod() {
        return pods > 0 && retryTime == null;
    }

    @JsonIgnore
    public boolean hasBegun() {
        return startTime != null;
    }

    @JsonIgnore
    public boolean wasSeen() {
        return seen != null && seen;
    }

    public CurrentRun withNextPod() {
        return with().pods(pods + 1).seen(null).startTime(null).retryTime(null).build();
    }

    public CurrentRun seenPending() {
        return with().seen(true).startTime(null).retryTime(null).build();
    }

    public CurrentRun begunAt(Instant time) {
        return with().seen(null).startTime(time).retryTime(null).build();
    }

    /** Its pod is gone and never began. */
    public CurrentRun retriedAt(Instant time) {
        return with().seen(null).startTime(null).retryTime(time).build();
    }

    /** After it had been given up. */
    public CurrentRun dueAgain(Instant time) {
        return retriedAt(pods == 0 ? null : time).withDueTime(time);
    }

    /** As it has to be written once the runner's own revision and counts are no longer these. */
    public CurrentRun of(int itsRevision, int itsRun, String itsPod) {
        return with().revision(itsRevision).run(itsRun).podName(itsPod).build();
    }
}
