package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.Runner.runs;
import static com.github.scriptrunner.behaviour.Runner.said;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

@BehaviourTest
class ANodeRunsAsOftenAsAskedTest {
    private static final String PRINT_THE_RUN = "import os; print(os.environ['SCRIPTRUNNER_RUN'])";

    @Test
    void fiveRunsWithAHistoryOfThreeLeaveTheLastThree(TestNamespace namespace) {
        Runner runner = namespace.create(
                Map.of("script", PRINT_THE_RUN, "nodeSelector", ON_ONE_NODE, "runs", 5, "historyLimit", 3));

        NodeStatus node = node(runner.awaitComplete(), NODE_1);

        assertThat(runs(node)).containsExactly(5, 4, 3);
        assertThat(node.history()).extracting(RunResult::stdout).containsExactly("5\n", "4\n", "3\n");
        assertThat(node.completedRuns()).isEqualTo(5);
        assertThat(node.phase()).isEqualTo(Phase.Succeeded);
    }

    @Test
    void aHistoryOfNothingLeavesTheCounts(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of(
                "script",
                "import os, sys; sys.exit(os.environ['SCRIPTRUNNER_RUN'] == '1')",
                "nodeSelector",
                ON_ONE_NODE,
                "runs",
                2,
                "historyLimit",
                0));

        NodeStatus node = node(runner.awaitComplete(), NODE_1);

        assertThat(node.history()).isEmpty();
        assertThat(node.completedRuns()).isEqualTo(2);
        assertThat(node.failedRuns()).isEqualTo(1);
        assertThat(node.phase()).isEqualTo(Phase.Failed);
    }

    @Test
    void aFailedRunDoesNotStopLaterOnes(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of(
                "script",
                "import os, sys; sys.exit(os.environ['SCRIPTRUNNER_RUN'] == '1')",
                "nodeSelector",
                ON_ONE_NODE,
                "runs",
                2));

        ScriptRunnerStatus status = runner.awaitComplete();

        NodeStatus node = node(status, NODE_1);
        assertThat(node.history()).extracting(RunResult::exitCode).containsExactly(0, 1);
        assertThat(node.phase()).isEqualTo(Phase.Failed);
        assertThat(said(status, "Failed")).isEqualTo("True SomeFailed");
    }

    @Test
    void anEndlessOneGoesOnUntilItIsDeleted(TestNamespace namespace) {
        Runner runner = namespace.create(
                Map.of("script", PRINT_THE_RUN, "nodeSelector", ON_ONE_NODE, "runs", -1, "historyLimit", 2));

        ScriptRunnerStatus status = runner.await(
                now -> assertThat(node(now, NODE_1).completedRuns()).isGreaterThanOrEqualTo(4));

        assertThat(said(status, "Complete")).isEqualTo("False Endless");
        assertThat(said(status, "Succeeded")).isEqualTo("False Endless");
        assertThat(said(status, "Failed")).isEqualTo("False Endless");
        int completed = node(status, NODE_1).completedRuns();
        assertThat(runs(node(status, NODE_1))).containsExactly(completed, completed - 1);
    }

    @Test
    void anEndlessOnesNodeShowsItsLatestRun(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of(
                "script", "raise SystemExit(1)", "nodeSelector", ON_ONE_NODE, "runs", -1, "periodSeconds", 3600));
        ScriptRunnerStatus failed =
                runner.await(status -> assertThat(node(status, NODE_1).phase()).isEqualTo(Phase.Failed));
        assertThat(said(failed, "Failed")).isEqualTo("False Endless");
        assertThat(failed.failed()).isEqualTo(1);

        runner.edit(Map.of("script", "pass"));

        ScriptRunnerStatus succeeded =
                runner.await(status -> assertThat(node(status, NODE_1).phase()).isEqualTo(Phase.Succeeded));
        assertThat(succeeded.nextRunTime())
                .isEqualTo(latest(node(succeeded, NODE_1)).startTime().plusSeconds(3600));
    }

    @Test
    void raisedRunsGoOnInTheSameRevision(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("script", PRINT_THE_RUN, "nodeSelector", ON_ONE_NODE));
        runner.awaitComplete();

        runner.edit(Map.of("runs", 3));

        ScriptRunnerStatus status = runner.awaitComplete();
        assertThat(runs(node(status, NODE_1))).containsExactly(3, 2, 1);
        assertThat(status.revision()).isEqualTo(1);
        assertThat(status.observedGeneration()).isEqualTo(2);
    }

    @Test
    void runsLoweredBelowWhatIsDoneEndTheNode(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of(
                "script",
                PRINT_THE_RUN,
                "nodeSelector",
                ON_ONE_NODE,
                "runs",
                5,
                "periodSeconds",
                // long enough that none is about to begin when the number changes
                6,
                "historyLimit",
                9));
        runner.awaitNode(NODE_1, node -> assertThat(node.completedRuns()).isEqualTo(2));

        runner.edit(Map.of("runs", 1));

        NodeStatus node = node(runner.awaitComplete(), NODE_1);
        assertThat(node.phase()).as("%s", node).isEqualTo(Phase.Succeeded);
        assertThat(node.completedRuns()).isEqualTo(2).isEqualTo(node.history().size());
    }

    @Test
    void aLoweredHistoryLimitTrimsAtOnce(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("script", PRINT_THE_RUN, "nodeSelector", ON_ONE_NODE, "runs", 3));
        runner.awaitComplete();

        runner.edit(Map.of("historyLimit", 1));

        NodeStatus node = runner.awaitNode(NODE_1, now -> assertThat(runs(now)).containsExactly(3));
        assertThat(node.completedRuns()).isEqualTo(3);
    }

    @Test
    void aResultIsWrittenOnceAndNeverChanges(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("script", PRINT_THE_RUN, "nodeSelector", ON_ONE_NODE, "runs", 4));

        try (Versions versions = runner.watch()) {
            versions.await(Runner::isComplete);

            Map<Integer, Set<RunResult>> results = versions.statuses().stream()
                    .flatMap(status -> status.nodes().stream())
                    .flatMap(node -> node.history().stream())
                    .collect(Collectors.groupingBy(RunResult::run, Collectors.toSet()));
            assertThat(results).containsOnlyKeys(1, 2, 3, 4);
            assertThat(results.values())
                    .allSatisfy(versionsOfOne -> assertThat(versionsOfOne).hasSize(1));
        }
    }
}
