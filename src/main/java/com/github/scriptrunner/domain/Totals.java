package com.github.scriptrunner.domain;

import static java.util.stream.Collectors.counting;
import static java.util.stream.Collectors.groupingBy;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Phase;
import java.util.List;
import java.util.Map;

/**
 * How many nodes stand where.
 *
 * @param withFailures nodes of which a run has failed, whatever their phase is now
 * @param completedRuns of all nodes
 */
record Totals(int waiting, int running, int succeeded, int failed, int skipped, int withFailures, long completedRuns) {
    static Totals of(List<NodeStatus> nodes) {
        Map<Phase, Long> phases = nodes.stream().collect(groupingBy(NodeStatus::phase, counting()));
        return new Totals(
                count(phases, Phase.Waiting),
                count(phases, Phase.Running),
                count(phases, Phase.Succeeded),
                count(phases, Phase.Failed),
                count(phases, Phase.Skipped),
                (int) nodes.stream().filter(node -> node.failed() > 0).count(),
                nodes.stream().mapToLong(NodeStatus::completed).sum());
    }

    private static int count(Map<Phase, Long> phases, Phase phase) {
        return phases.getOrDefault(phase, 0L).intValue();
    }

    int all() {
        return waiting + running + succeeded + failed + skipped;
    }

    boolean isFinished() {
        return waiting + running == 0;
    }

    String summary(boolean endless) {
        String more = skipped > 0 ? ", %d skipped".formatted(skipped) : "";
        return endless
                ? "%d nodes, %d runs done, %d nodes failed%s".formatted(all(), completedRuns, failed, more)
                : "%d/%d nodes done, %d failed%s".formatted(succeeded + failed, all(), failed, more);
    }
}
