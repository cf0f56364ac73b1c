package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.condition;
import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.Runner.said;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_2;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_3;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static com.github.scriptrunner.behaviour.TestNamespace.onNodes;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.util.Comparator;
import java.util.Map;
import org.junit.jupiter.api.Test;

@BehaviourTest
class AScriptRunsOnEveryNodeTest {
    private static final Map<String, Object> THREE_NODES = onNodes(NODE_1, NODE_2, NODE_3);

    @Test
    void everyNodeTellsWhatItPrinted(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of(
                "script", "import os; print('Hello from', os.environ['NODE_NAME'])", "nodeSelector", THREE_NODES));

        ScriptRunnerStatus status = runner.awaitComplete();

        assertThat(status.nodes()).extracting(NodeStatus::name).containsExactly(NODE_1, NODE_2, NODE_3);
        assertThat(status.nodes()).allSatisfy(node -> {
            assertThat(node.phase()).isEqualTo(Phase.Succeeded);
            assertThat(node.reason()).isNull();
            assertThat(node.completedRuns()).isEqualTo(1);
            assertThat(node.failedRuns()).isZero();
            assertThat(node.history()).singleElement().satisfies(result -> {
                assertThat(result.run()).isEqualTo(1);
                assertThat(result.revision()).isEqualTo(1);
                assertThat(result.outcome()).isEqualTo(Outcome.Succeeded);
                assertThat(result.exitCode()).isZero();
                assertThat(result.stdout()).isEqualTo("Hello from " + node.name() + "\n");
                assertThat(result.stderr()).isNull();
                assertThat(result.truncated()).isNull();
                assertThat(result.attempts()).isNull();
                assertThat(result.startTime()).isBeforeOrEqualTo(result.finishTime());
                assertThat(result.podName()).startsWith("runner-");
            });
        });
        assertThat(status.nodes()).extracting(NodeStatus::nodeId).doesNotHaveDuplicates();
    }

    @Test
    void itsConditionsCountsAndSummaryTellOfSuccess(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("script", "print(1)", "nodeSelector", THREE_NODES));

        ScriptRunnerStatus status = runner.awaitComplete();

        assertThat(said(status, "Complete")).isEqualTo("True AllSucceeded");
        assertThat(said(status, "Succeeded")).isEqualTo("True AllSucceeded");
        assertThat(said(status, "Failed")).isEqualTo("False AllSucceeded");
        assertThat(status.conditions()).allSatisfy(condition -> {
            assertThat(condition.getObservedGeneration()).isEqualTo(1);
            assertThat(condition.getMessage()).isNotBlank();
        });
        assertThat(status.observedGeneration()).isEqualTo(1);
        assertThat(status.revision()).isEqualTo(1);
        assertThat(status.revisionHash()).isNotBlank();
        assertThat(status.summary()).isEqualTo("3/3 nodes done, 0 failed");
        assertThat(counts(status)).isEqualTo("3: 0 waiting, 0 running, 3 succeeded, 0 failed, 0 skipped");
        assertThat(status.lastRunTime())
                .isEqualTo(status.nodes().stream()
                        .map(node -> latest(node).finishTime())
                        .max(Comparator.naturalOrder())
                        .orElseThrow());
        assertThat(status.nextRunTime()).isNull();
    }

    @Test
    void aFailureOnOneNodeIsThatNodesAlone(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("nodeSelector", THREE_NODES, "script", """
                import os, sys
                print("checking")
                if os.environ["NODE_NAME"] == "%s":
                    print("the disk is full", file=sys.stderr)
                    sys.exit(3)
                """.formatted(NODE_2)));

        ScriptRunnerStatus status = runner.awaitComplete();

        NodeStatus failed = node(status, NODE_2);
        assertThat(failed.phase()).isEqualTo(Phase.Failed);
        assertThat(failed.completedRuns()).isEqualTo(1);
        assertThat(failed.failedRuns()).isEqualTo(1);
        RunResult result = latest(failed);
        assertThat(result.outcome()).isEqualTo(Outcome.Failed);
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.stdout()).isEqualTo("checking\n");
        assertThat(result.stderr()).isEqualTo("the disk is full\n");
        assertThat(node(status, NODE_1).phase()).isEqualTo(Phase.Succeeded);
        assertThat(node(status, NODE_3).phase()).isEqualTo(Phase.Succeeded);
        assertThat(counts(status)).isEqualTo("3: 0 waiting, 0 running, 2 succeeded, 1 failed, 0 skipped");
        assertThat(status.summary()).isEqualTo("3/3 nodes done, 1 failed");
        assertThat(said(status, "Complete")).isEqualTo("True SomeFailed");
        assertThat(said(status, "Succeeded")).isEqualTo("False SomeFailed");
        assertThat(said(status, "Failed")).isEqualTo("True SomeFailed");
    }

    @Test
    void aFailureIsToldBeforeTheOtherNodesAreDone(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(Map.of(
                    "nodeSelector",
                    onNodes(NODE_1, NODE_2),
                    "script",
                    "import os, sys\nif os.environ['NODE_NAME'] == '" + NODE_1 + "': sys.exit(1)\n" + gate.script()));

            ScriptRunnerStatus status = runner.await(
                    now -> assertThat(condition(now, "Failed").getStatus()).isEqualTo("True"));

            assertThat(said(status, "Complete")).isEqualTo("False Running");
            assertThat(said(status, "Succeeded")).isEqualTo("False Running");
        }
    }

    @Test
    void aScriptThatIsKilledBySignal9EndsWith137(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of(
                "nodeSelector",
                ON_ONE_NODE,
                "script",
                "import os, signal\nprint('still here', flush=True)\nos.kill(os.getpid(), signal.SIGKILL)"));

        NodeStatus node = node(runner.awaitComplete(), NODE_1);

        assertThat(node.phase()).isEqualTo(Phase.Failed);
        assertThat(latest(node).outcome()).isEqualTo(Outcome.Failed);
        assertThat(latest(node).exitCode()).isEqualTo(137);
        assertThat(latest(node).stdout()).isEqualTo("still here\n");
    }

    @Test
    void aSyntaxErrorIsWhatPythonSaysOfIt(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("nodeSelector", ON_ONE_NODE, "script", "print('a'\nif"));

        NodeStatus node = node(runner.awaitComplete(), NODE_1);

        assertThat(latest(node).outcome()).isEqualTo(Outcome.Failed);
        assertThat(latest(node).exitCode()).isEqualTo(1);
        assertThat(latest(node).stderr()).contains("script.py\", line 1", "SyntaxError");
        assertThat(latest(node).stdout()).isNull();
    }

    @Test
    void whatRunsIsSeenRunning(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(Map.of("nodeSelector", ON_ONE_NODE, "script", gate.script()));

            ScriptRunnerStatus status =
                    runner.await(now -> assertThat(now.running()).isEqualTo(1));

            assertThat(node(status, NODE_1).phase()).isEqualTo(Phase.Running);
            assertThat(counts(status)).isEqualTo("1: 0 waiting, 1 running, 0 succeeded, 0 failed, 0 skipped");
            assertThat(said(status, "Complete")).isEqualTo("False Running");
            assertThat(status.summary()).isEqualTo("0/1 nodes done, 0 failed");
        }
    }

    @Test
    void thePodsOfPrivilegedModesSaySoInTheirName(TestNamespace namespace) {
        Runner runner = namespace.create(
                Map.of("nodeSelector", ON_ONE_NODE, "script", "print(1)", "mode", "PrivilegedWithHostFS"));

        NodeStatus node = node(runner.awaitComplete(), NODE_1);

        assertThat(latest(node).podName()).matches("runner-[0-9a-f]{10}-privileged");
    }

    private static String counts(ScriptRunnerStatus status) {
        return "%d: %d waiting, %d running, %d succeeded, %d failed, %d skipped"
                .formatted(
                        status.desired(),
                        status.waiting(),
                        status.running(),
                        status.succeeded(),
                        status.failed(),
                        status.skipped());
    }
}
