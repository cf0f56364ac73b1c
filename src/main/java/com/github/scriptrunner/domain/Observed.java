package com.github.scriptrunner.domain;

import static java.util.Objects.requireNonNullElse;

import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * All that a plan is made of.
 *
 * @param key {@code namespace/name}
 * @param time when this was observed: the plan's now
 * @param runner null when there is none of this name
 * @param nodes null before their list has arrived
 * @param pods those with a controller of this name, whether it is this runner or one before it
 * @param setbacks by pod name
 * @param lastWrite when this process last wrote the status, null when it did not
 * @param results what the finished pods said, once they were read
 */
public record Observed(
        String key,
        Instant time,
        ScriptRunner runner,
        List<ObservedNode> nodes,
        List<ObservedPod> pods,
        Map<String, Setback> setbacks,
        Instant lastWrite,
        List<RunResult> results) {

    public Observed withPods(List<ObservedPod> others) {
        return new Observed(key, time, runner, nodes, others, setbacks, lastWrite, results);
    }

    public Observed with(RunResult result) {
        List<RunResult> more = new ArrayList<>(results);
        more.add(result);
        return new Observed(key, time, runner, nodes, pods, setbacks, lastWrite, List.copyOf(more));
    }

    /** Without the lines of the results' output in which this regular expression is found; for routes of users. */
    public Observed withoutLines(String pattern) {
        List<RunResult> redacted =
                results.stream().map(result -> result.withoutLines(pattern)).toList();
        return new Observed(key, time, runner, nodes, pods, setbacks, lastWrite, redacted);
    }

    /** The pods whose result is not recorded yet and can be read now. */
    public List<ObservedPod> finished() {
        if (isGone()) {
            return List.of();
        }
        Set<String> current = CurrentPods.namesIn(runner, status());
        return pods.stream()
                .filter(pod -> pod.state().hasRun() && belongs(pod) && current.contains(Names.withoutMode(pod.name())))
                .toList();
    }

    /** Whether nothing may be started any more for this name. */
    boolean isGone() {
        return runner == null || runner.isMarkedForDeletion();
    }

    boolean belongs(ObservedPod pod) {
        return runner != null && runner.getMetadata().getUid().equals(pod.ownerUid());
    }

    ScriptRunnerStatus status() {
        return requireNonNullElse(runner.getStatus(), ScriptRunnerStatus.NONE);
    }
}
