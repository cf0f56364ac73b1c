package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.CurrentRun;
import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import java.time.Instant;

/**
 * What happens next on one node: at most one run at a time, each followed from the moment it is due until its result stands.
 *
 * <pre>
 *   due ──► pod made ──► seen ──► begun ──► recorded
 *    ▲         │           │
 *    └── retry ┴───────────┴──► given up (until the node or the spec changes)
 * </pre>
 */
final class NodeCourse {
    /** How often a run is tried again whose pods ended before they began. */
    private static final int MOST_RETRIES = 10;

    /** When a pod that was created ought to have been seen. */
    private static final int SECONDS_UNTIL_SEEN = 30;

    private NodeCourse() {}

    /**
     * Whether a pod that is not known would be taken for gone, or never made: a run that began would be lost, and one that is called off
     * would go on beside its successor.
     */
    static boolean isUnsettled(Situation s) {
        return CurrentPods.hasPod(s.entry())
                && s.pod() == null
                && (s.current().hasBegun() || s.current().wasSeen() || s.isCancelled() || s.isTooLate());
    }

    static NodeStep next(Situation situation) {
        NodeStatus entry = situation.entry();
        Situation s = situation.withEntry(
                entry.withHistory(History.within(situation.spec().historyLimit(), entry.history())));
        if (!CurrentPods.hasPod(entry)) {
            return withoutPod(s);
        }
        NodeStep step = withPod(s);
        return CurrentPods.hasPod(step.status()) ? step : step.then(withoutPod(s.withEntry(step.status())));
    }

    private static NodeStep withPod(Situation s) {
        ObservedPod pod = s.pod();
        if (pod == null) {
            return unseen(s);
        }
        return switch (pod.state()) {
            case Pending -> pending(s);
            case Running -> running(s);
            case Ended, Lost ->
                s.result() == null
                        ? NodeStep.to(s.entry())
                        : recorded(s, s.result()).withReleased(pod);
            case NeverBegan -> neverBegan(s, pod.reason(), pod.message()).withReleased(pod);
        };
    }

    private static NodeStep unseen(Situation s) {
        if (s.current().hasBegun()) {
            return recorded(
                    s, lost(s, "The pod is gone without a trace. The script had begun and may have done its work."));
        }
        if (s.current().wasSeen()) {
            return neverBegan(s, "PodDeleted", "The pod was deleted before its container started.");
        }
        if (s.isCancelled()) {
            return NodeStep.to(putOff(s));
        }
        if (s.setback() == null) {
            return started(s, s.entry()).withLookAgain(s.now().plusSeconds(SECONDS_UNTIL_SEEN));
        }
        if (s.isTooLate()) {
            return givenUp(s, s.setback().reason(), s.setback().message());
        }
        NodeStatus held =
                s.entry().in(Phase.Waiting, s.setback().reason(), s.setback().message());
        Instant nextTry = s.setback().nextTry();
        return s.now().isBefore(nextTry)
                ? NodeStep.to(held).withLookAgain(earlier(nextTry, s.deadline()))
                : started(s, held);
    }

    private static NodeStep pending(Situation s) {
        ObservedPod pod = s.pod();
        if (s.node() == null) {
            return neverBegan(s, pod.reason(), pod.message()).withReleased(pod);
        }
        NodeStatus entry = notYetStarted(s).withCurrent(s.current().seenPending());
        if (pod.deleting()) {
            return NodeStep.to(entry);
        }
        return s.isCancelled() || s.isTooLate()
                ? NodeStep.to(entry).withUnwanted(pod)
                : NodeStep.to(entry).withLookAgain(s.deadline());
    }

    private static NodeStep running(Situation s) {
        if (s.node() == null) {
            return recorded(s, lost(s, "The node is gone. The script had begun and may have done its work."))
                    .withReleased(s.pod());
        }
        Instant overdue = Timetable.overdue(s.pod().startTime());
        if (!s.now().isBefore(overdue)) {
            return recorded(s, lost(s, "Nothing was heard of the script until well after its timeout."))
                    .withReleased(s.pod());
        }
        NodeStatus entry = s.entry().withCurrent(s.current().begunAt(s.pod().startTime()));
        return NodeStep.to(
                        s.node().isReady()
                                ? entry.in(Phase.Running)
                                : entry.in(
                                        Phase.Running, "NodeNotReady", s.node().notReadyMessage()))
                .withLookAgain(overdue);
    }

    private static NodeStep neverBegan(Situation s, String reason, String message) {
        if (s.isCancelled()) {
            return NodeStep.to(putOff(s));
        }
        if (s.isTooLate()) {
            return givenUp(s, reason, message);
        }
        if (s.current().pods() > MOST_RETRIES) {
            return recorded(s, ended(s, Outcome.Rejected, message, null));
        }
        Instant retry = s.now().plus(Backoff.ofNode(s.current().pods()));
        return NodeStep.to(s.entry().withCurrent(s.current().retriedAt(retry)).in(Phase.Waiting, reason, message));
    }

    private static NodeStep recorded(Situation s, RunResult result) {
        NodeStatus entry = s.isSuperseded() ? s.entry() : s.entry().counting(result);
        Phase latest = result.outcome().isFailure() ? Phase.Failed : Phase.Succeeded;
        return NodeStep.to(entry.withCurrent(null)
                        .withHistory(
                                History.with(result, entry.history(), s.spec().historyLimit()))
                        .in(s.spec().isEndless() && !s.isSuperseded() ? latest : Phase.Waiting))
                .withRecorded(new RecordedResult(
                        s.runner().getMetadata().getNamespace(),
                        s.runner().getMetadata().getName(),
                        entry.name(),
                        result));
    }

    private static NodeStep withoutPod(Situation s) {
        if (!s.selected()) {
            return NodeStep.to(departed(s));
        }
        Situation here = s.withEntry(s.entry().withLeftTime(null));
        if (here.isDone()) {
            return NodeStep.to(finished(here.entry()));
        }
        if (here.entry().givenUpOn() != null) {
            return here.entry().givenUpOn().equals(here.state())
                    ? NodeStep.to(here.entry())
                    : due(here.withEntry(here.entry()
                            .withGivenUpOn(null)
                            .withCurrent(s.current().dueAgain(s.now()))));
        }
        if (here.current() != null) {
            boolean wasPutOff = here.entry().phase() != Phase.Waiting;
            return due(
                    wasPutOff
                            ? here.withEntry(
                                    here.entry().withCurrent(here.current().dueAgain(here.now())))
                            : here);
        }
        Instant expected = Timetable.expected(here.spec(), here.revision(), here.entry());
        if (here.now().isBefore(expected)) {
            return NodeStep.to(resting(here)).withLookAgain(expected).withNextRun(expected);
        }
        return due(
                here.withEntry(here.entry().withCurrent(CurrentRun.dueSince(Timetable.dueTime(expected, here.now())))));
    }

    private static NodeStep due(Situation s) {
        if (s.isTooLate()) {
            return givenUp(s, s.entry().reason(), s.entry().message());
        }
        if (!s.node().isReady()) {
            return NodeStep.to(
                            s.entry().in(Phase.Waiting, "NodeNotReady", s.node().notReadyMessage()))
                    .withLookAgain(s.deadline());
        }
        Instant retry = s.current().retryTime();
        if (retry != null && s.now().isBefore(retry)) {
            return NodeStep.to(s.entry()).withLookAgain(earlier(retry, s.deadline()));
        }
        return started(s, resting(s).withCurrent(s.current().withNextPod()));
    }

    private static NodeStep started(Situation s, NodeStatus entry) {
        String name = Names.withMode(
                CurrentPods.name(s.runner(), s.revision().number(), entry),
                s.spec().mode());
        return NodeStep.to(entry)
                .withStart(new PodToStart(
                        s.runner(),
                        name,
                        entry.name(),
                        entry.nodeId(),
                        s.revision().number(),
                        CurrentPods.run(entry)));
    }

    /** The run stays due; its pods go on being counted, so that no name is used twice. */
    private static NodeStep givenUp(Situation s, String reason, String message) {
        return NodeStep.to(s.entry()
                .withCurrent(s.current().retriedAt(s.now()))
                .withGivenUpOn(s.state())
                .in(Phase.Skipped, reason == null ? "StartingDeadlineExceeded" : reason, message));
    }

    private static NodeStatus notYetStarted(Situation s) {
        if (s.pod().reason() != null) {
            return s.entry().in(Phase.Waiting, s.pod().reason(), s.pod().message());
        }
        return s.node().isReady()
                ? resting(s)
                : s.entry().in(Phase.Waiting, "NodeNotReady", s.node().notReadyMessage());
    }

    /** Between two runs: a finite runner's node waits, an endless one shows its latest run until something holds up the next. */
    private static NodeStatus resting(Situation s) {
        Phase phase = s.entry().phase();
        boolean showsLatest = s.spec().isEndless() && (phase == Phase.Succeeded || phase == Phase.Failed);
        return s.entry().in(showsLatest ? phase : Phase.Waiting);
    }

    /** A run that shall not begin, for now or for ever; its pods go on being counted, so that no name is used twice. */
    private static NodeStatus putOff(Situation s) {
        return s.entry()
                .withCurrent(s.isSuperseded() ? null : s.current().retriedAt(s.now()))
                .in(Phase.Waiting);
    }

    private static NodeStatus finished(NodeStatus entry) {
        return entry.withGivenUpOn(null).in(entry.failed() > 0 ? Phase.Failed : Phase.Succeeded);
    }

    private static NodeStatus departed(Situation s) {
        if (s.entry().completed() == 0) {
            return null;
        }
        NodeStatus left = s.entry().withGivenUpOn(null);
        left = left.hasLeft() ? left : left.withLeftTime(s.now());
        if (s.isDone()) {
            return finished(left);
        }
        return s.node() == null
                ? left.in(Phase.Skipped, "NodeGone", "The node was deleted before all runs were done.")
                : left.in(Phase.Skipped, "NoLongerSelected", "The node stopped matching before all runs were done.");
    }

    private static RunResult lost(Situation s, String why) {
        return ended(
                s,
                Outcome.Lost,
                why,
                s.current().startTime() == null
                        ? s.pod().startTime()
                        : s.current().startTime());
    }

    /** A result that no pod could tell. */
    private static RunResult ended(Situation s, Outcome outcome, String why, Instant start) {
        int revision = s.current().revision() == null
                ? s.revision().number()
                : s.current().revision();
        String pod = s.pod() == null
                ? CurrentPods.name(s.runner(), s.revision().number(), s.entry())
                : s.pod().name();
        return RunResult.of(CurrentPods.run(s.entry()), revision, outcome, why, start, s.now(), pod);
    }

    private static Instant earlier(Instant one, Instant other) {
        return one.isBefore(other) ? one : other;
    }
}
