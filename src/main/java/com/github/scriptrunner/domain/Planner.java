package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.CurrentRun;
import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerSpec;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.time.Duration;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Decides, from what is there now, what the status shall say and what is to be done. Touches nothing. */
public final class Planner {
    /** Entries of nodes that left are kept up to this number, the latest of them. */
    private static final int MOST_DEPARTED = 100;

    private static final Duration UNTIL_NODES_ARE_KNOWN = Duration.ofSeconds(1);

    private Planner() {}

    public static Plan plan(Observed observed) {
        if (observed.isGone()) {
            return new Plan(
                    observed.key(),
                    null,
                    null,
                    false,
                    List.of(),
                    tryable(observed, observed.pods().stream().filter(ObservedPod::held)),
                    List.of(),
                    List.of(),
                    earliestRetry(observed));
        }
        if (observed.nodes() == null) {
            return Plan.later(observed, UNTIL_NODES_ARE_KNOWN);
        }
        return planFor(observed, observed.runner(), observed.runner().getSpec(), observed.status());
    }

    /**
     * Whether the pods have to be asked for before a plan is made. What is known of them lags behind, so that one may be there all the
     * same from whose absence much would follow.
     */
    public static boolean isUnsettled(Observed observed) {
        if (observed.isGone() || observed.nodes() == null) {
            return false;
        }
        Instant now = observed.time().truncatedTo(ChronoUnit.SECONDS);
        Revision revision = Revision.next(observed.runner().getSpec(), observed.status(), now);
        return situations(observed, revision, now).stream().anyMatch(NodeCourse::isUnsettled);
    }

    private static Plan planFor(
            Observed observed, ScriptRunner runner, ScriptRunnerSpec spec, ScriptRunnerStatus before) {
        Instant now = observed.time().truncatedTo(ChronoUnit.SECONDS);
        Revision revision = Revision.next(spec, before, now);
        List<NodeStep> steps = situations(observed, revision, now).stream()
                .map(NodeCourse::next)
                .toList();

        StatusSize.Fitted fitted =
                StatusSize.fit(inOrder(steps.stream().map(NodeStep::status).filter(Objects::nonNull)));
        ScriptRunnerStatus after = status(runner, before, revision, fitted, steps, now);
        Duration tooSoon = fitted.tooSoon(observed.lastWrite(), observed.time());
        if (!tooSoon.isZero() && !after.isComplete()) {
            return Plan.later(observed, tooSoon);
        }
        Set<String> current = CurrentPods.namesIn(runner, after);
        List<ObservedPod> strays = observed.pods().stream()
                .filter(pod -> pod.held() || !pod.deleting())
                .filter(pod -> !observed.belongs(pod) || !current.contains(Names.withoutMode(pod.name())))
                .toList();
        return new Plan(
                observed.key(),
                runner,
                after,
                !after.equals(before),
                steps.stream().map(NodeStep::recorded).filter(Objects::nonNull).toList(),
                tryable(observed, strays.stream()),
                tryable(observed, steps.stream().map(NodeStep::unwanted).filter(Objects::nonNull)),
                steps.stream().map(NodeStep::start).filter(Objects::nonNull).toList(),
                lookAgainAfter(observed, steps));
    }

    private static List<Situation> situations(Observed observed, Revision revision, Instant now) {
        ScriptRunner runner = observed.runner();
        ScriptRunnerSpec spec = runner.getSpec();
        Map<String, ObservedPod> pods = observed.pods().stream()
                .filter(observed::belongs)
                .collect(Collectors.toMap(
                        pod -> Names.withoutMode(pod.name()), Function.identity(), (one, other) -> one));
        Map<String, RunResult> results = observed.results().stream()
                .collect(Collectors.toMap(
                        result -> Names.withoutMode(result.podName()), Function.identity(), (one, other) -> one));
        Map<String, ObservedNode> nodes = observed.nodes().stream()
                .collect(Collectors.toMap(ObservedNode::id, Function.identity(), (one, other) -> one));

        List<Situation> situations = new ArrayList<>();
        for (NodeStatus entry : entries(runner, observed.status(), revision, observed.nodes(), now)) {
            ObservedNode node = nodes.get(entry.nodeId());
            String podName = CurrentPods.hasPod(entry) ? CurrentPods.name(runner, revision.number(), entry) : null;
            Setback setback = podName == null ? null : setback(observed, podName);
            situations.add(new Situation(
                    runner,
                    revision,
                    entry,
                    node,
                    node != null && Selection.matches(spec.nodeSelector(), node.labels()),
                    pods.get(podName),
                    results.get(podName),
                    setback,
                    now));
        }
        return situations;
    }

    /** What stood there before, as the new revision sees it, and every node that came to match. */
    private static List<NodeStatus> entries(
            ScriptRunner runner, ScriptRunnerStatus before, Revision revision, List<ObservedNode> nodes, Instant now) {
        Map<String, NodeStatus> entries = new LinkedHashMap<>();
        for (NodeStatus entry : before.nodes()) {
            boolean isNew = revision.number() != before.revision();
            if (!isNew) {
                entries.put(entry.nodeId(), entry);
            } else if (!entry.hasLeft() || CurrentPods.hasPod(entry)) {
                entries.put(entry.nodeId(), entry.inNewRevision(underWay(runner, before.revision(), entry)));
            }
        }
        for (ObservedNode node : nodes) {
            if (Selection.matches(runner.getSpec().nodeSelector(), node.labels())) {
                Instant since = now.equals(revision.since()) ? null : now;
                entries.computeIfAbsent(node.id(), id -> NodeStatus.of(node.name(), id, since));
            }
        }
        return List.copyOf(entries.values());
    }

    private static CurrentRun underWay(ScriptRunner runner, int oldRevision, NodeStatus entry) {
        if (!CurrentPods.hasPod(entry)) {
            return null;
        }
        Integer itsRevision = entry.current().revision();
        return entry.current()
                .of(
                        itsRevision == null ? oldRevision : itsRevision,
                        CurrentPods.run(entry),
                        CurrentPods.name(runner, oldRevision, entry));
    }

    private static ScriptRunnerStatus status(
            ScriptRunner runner,
            ScriptRunnerStatus before,
            Revision revision,
            StatusSize.Fitted fitted,
            List<NodeStep> steps,
            Instant now) {
        ScriptRunnerSpec spec = runner.getSpec();
        Totals totals = Totals.of(fitted.nodes());
        String summary = totals.summary(spec.isEndless());
        boolean wasTrimmed = revision.number() == before.revision() && before.trimmed() != null;
        boolean trimmed = fitted.trimmed() || wasTrimmed;
        String message = trimmed ? summary + "; some results are left out for want of room" : summary;
        long generation = runner.getMetadata().getGeneration();
        return new ScriptRunnerStatus(
                generation,
                revision.number(),
                revision.hash(),
                revision.since(),
                Conditions.of(spec, totals, generation, message, before.conditions(), now),
                summary,
                totals.all(),
                totals.waiting(),
                totals.running(),
                totals.succeeded(),
                totals.failed(),
                totals.skipped(),
                latest(before.lastRunTime(), steps),
                steps.stream()
                        .map(NodeStep::nextRun)
                        .filter(Objects::nonNull)
                        .min(Comparator.naturalOrder())
                        .orElse(null),
                trimmed ? true : null,
                fitted.nodes());
    }

    private static List<NodeStatus> inOrder(Stream<NodeStatus> entries) {
        Comparator<NodeStatus> latestLeftFirst =
                Comparator.comparing(NodeStatus::leftTime, Comparator.nullsFirst(Comparator.reverseOrder()));
        List<NodeStatus> all = entries.toList();
        List<NodeStatus> departed = all.stream()
                .filter(NodeStatus::hasLeft)
                .sorted(latestLeftFirst)
                .limit(MOST_DEPARTED)
                .toList();
        return Stream.concat(all.stream().filter(entry -> !entry.hasLeft()), departed.stream())
                .sorted(Comparator.comparing(NodeStatus::name).thenComparing(latestLeftFirst))
                .toList();
    }

    private static Instant latest(Instant before, List<NodeStep> steps) {
        return steps.stream()
                .map(NodeStep::recorded)
                .filter(Objects::nonNull)
                .map(recorded -> recorded.result().finishTime())
                .reduce(before, (one, other) -> one == null || other.isAfter(one) ? other : one);
    }

    private static Setback setback(Observed observed, String podName) {
        Setback plain = observed.setbacks().get(podName);
        return plain != null
                ? plain
                : observed.setbacks()
                        .get(Names.withMode(podName, observed.runner().getSpec().mode()));
    }

    /** Those for which it is not too soon to ask again. */
    private static List<ObservedPod> tryable(Observed observed, Stream<ObservedPod> pods) {
        return pods.filter(pod -> {
                    Setback setback = observed.setbacks().get(pod.name());
                    return setback == null || !observed.time().isBefore(setback.nextTry());
                })
                .toList();
    }

    private static Duration lookAgainAfter(Observed observed, List<NodeStep> steps) {
        Duration retry = earliestRetry(observed);
        Duration due = steps.stream()
                .map(NodeStep::lookAgain)
                .filter(Objects::nonNull)
                .min(Comparator.naturalOrder())
                .map(time -> Duration.between(observed.time(), time))
                .orElse(null);
        if (retry == null || due == null) {
            return retry == null ? due : retry;
        }
        return retry.compareTo(due) < 0 ? retry : due;
    }

    private static Duration earliestRetry(Observed observed) {
        return observed.setbacks().values().stream()
                .map(Setback::nextTry)
                .filter(observed.time()::isBefore)
                .min(Comparator.naturalOrder())
                .map(time -> Duration.between(observed.time(), time))
                .orElse(null);
    }
}
