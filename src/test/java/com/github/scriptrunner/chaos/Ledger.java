package com.github.scriptrunner.chaos;

import static java.util.Objects.requireNonNullElse;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import java.util.stream.Collectors;

/** Follows each version of ScriptRunners whose history keeps all runs, and notes where one takes back what one before it said. */
final class Ledger implements ResourceEventHandler<ScriptRunner> {
    private final List<String> broken = new CopyOnWriteArrayList<>();
    private final List<Duration> delays = new CopyOnWriteArrayList<>();

    /** Sentences, empty when all went well. */
    List<String> broken() {
        return List.copyOf(broken);
    }

    /** From the end of each run, of which the second is known, until its result was seen in a status; the shortest first. */
    List<Duration> delays() {
        return delays.stream().sorted().toList();
    }

    @Override
    public void onAdd(ScriptRunner runner) {
        byNode(runner);
    }

    @Override
    public void onUpdate(ScriptRunner old, ScriptRunner runner) {
        if (!old.getMetadata().getUid().equals(runner.getMetadata().getUid())) {
            return;
        }
        Map<String, NodeStatus> now = byNode(runner);
        byNode(old).forEach((id, before) -> compare(runner, before, now.get(id)));
    }

    @Override
    public void onDelete(ScriptRunner runner, boolean finalStateUnknown) {
        // what was recorded goes with it
    }

    private void compare(ScriptRunner runner, NodeStatus before, NodeStatus now) {
        if (now == null) {
            complain(runner, before, "its entry is gone");
            return;
        }
        if (now.completedRuns() < before.completedRuns() || now.failedRuns() < before.failedRuns()) {
            complain(runner, before, "counts went back: " + now);
        }
        for (RunResult result : before.history()) {
            if (!now.history().contains(result)) {
                complain(runner, before, "run " + result.run() + " is no longer as it was: " + now);
            }
        }
        now.history().stream()
                .filter(result -> !before.history().contains(result))
                .forEach(result -> delays.add(Duration.between(result.finishTime(), Instant.now())));
        long runs = now.history().stream().map(RunResult::run).distinct().count();
        if (runs != now.history().size() || runs != now.completedRuns()) {
            complain(runner, now, "its history is not of as many runs as it counts");
        }
    }

    private void complain(ScriptRunner runner, NodeStatus node, String what) {
        broken.add("%s: %s, after %s".formatted(runner.getMetadata().getName(), what, node));
    }

    private static Map<String, NodeStatus> byNode(ScriptRunner runner) {
        return requireNonNullElse(runner.getStatus(), ScriptRunnerStatus.NONE).nodes().stream()
                .collect(Collectors.toMap(NodeStatus::nodeId, Function.identity()));
    }
}
