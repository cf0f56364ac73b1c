package com.github.scriptrunner.domain;

import static java.util.Objects.requireNonNullElse;

import com.github.scriptrunner.api.CurrentRun;
import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.util.Set;
import java.util.stream.Collectors;

/** The pods that a status speaks of: one a node at most. Any other pod of the runner is recorded already or not wanted. */
final class CurrentPods {
    private CurrentPods() {}

    static Set<String> namesIn(ScriptRunner runner, ScriptRunnerStatus status) {
        return status.nodes().stream()
                .filter(CurrentPods::hasPod)
                .map(node -> name(runner, status.revision(), node))
                .collect(Collectors.toSet());
    }

    static boolean hasPod(NodeStatus node) {
        return node.current() != null && node.current().hasPod();
    }

    /**
     * Of the pod that {@code node} has.
     *
     * @param revision the one that {@code node} was written in
     */
    static String name(ScriptRunner runner, int revision, NodeStatus node) {
        CurrentRun current = node.current();
        if (current.podName() != null) {
            return current.podName();
        }
        String matchesSince =
                node.waitingSince() == null ? "" : node.waitingSince().toString();
        return Names.ofPod(runner, node.nodeId(), matchesSince, revision, run(node), current.pods());
    }

    static int run(NodeStatus node) {
        return requireNonNullElse(node.current().run(), node.completed() + 1);
    }
}
