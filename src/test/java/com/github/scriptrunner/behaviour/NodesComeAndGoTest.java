package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.Runner.runs;
import static com.github.scriptrunner.behaviour.Runner.said;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** The nodes of these tests would be in the way of runners that mean every node. */
@BehaviourTest
@ResourceLock(value = BehaviourTest.ALL_NODES, mode = ResourceAccessMode.READ)
@Tag("playground")
class NodesComeAndGoTest {
    private static final String HELLO = "import os; print(os.environ['NODE_NAME'])";

    @Test
    void aNodeThatIsAddedRunsTheScriptToo(TestNamespace namespace) {
        String a = namespace.addNode("a");
        Runner runner = namespace.create(Map.of("script", HELLO, "nodeSelector", namespace.onOwnNodes()));
        ScriptRunnerStatus before = runner.awaitComplete();

        try (Versions versions = runner.watch()) {
            String b = namespace.addNode("b");

            runner.awaitNode(b, node -> assertThat(node.phase()).isEqualTo(Phase.Succeeded));
            ScriptRunnerStatus after = runner.awaitComplete();
            assertThat(latest(node(after, b)).stdout()).isEqualTo(b + "\n");
            assertThat(node(after, a)).isEqualTo(node(before, a));
            assertThat(after.desired()).isEqualTo(2);
            assertThat(after.revision()).isEqualTo(1);
            // not Complete while the new node has its run before it
            versions.await(version -> said(version.getStatus(), "Complete").startsWith("False "));
        }
    }

    @Test
    void aNodeThatComesToMatchRunsTheScriptToo(TestNamespace namespace) {
        String a = namespace.addNode("a");
        namespace.select(a, false);
        Runner runner = namespace.create(Map.of("script", HELLO, "nodeSelector", namespace.onOwnNodes()));
        ScriptRunnerStatus before = runner.awaitComplete();
        assertThat(said(before, "Complete")).isEqualTo("True NoMatchingNodes");

        namespace.select(a, true);

        runner.awaitNode(a, node -> assertThat(node.phase()).isEqualTo(Phase.Succeeded));
        assertThat(said(runner.status(), "Succeeded")).isEqualTo("True AllSucceeded");
    }

    @Test
    void withoutAMatchingNodeAFiniteOneIsCompleteAndHasNotSucceeded(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("script", HELLO, "nodeSelector", namespace.onOwnNodes()));

        ScriptRunnerStatus status = runner.awaitComplete();

        assertThat(said(status, "Complete")).isEqualTo("True NoMatchingNodes");
        assertThat(said(status, "Succeeded")).isEqualTo("False NoMatchingNodes");
        assertThat(said(status, "Failed")).isEqualTo("False NoMatchingNodes");
        assertThat(status.nodes()).isEmpty();
        assertThat(status.desired()).isZero();
    }

    @Test
    void withoutAMatchingNodeAnEndlessOneSaysSo(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("script", HELLO, "nodeSelector", namespace.onOwnNodes(), "runs", -1));

        ScriptRunnerStatus status =
                runner.await(now -> assertThat(now.conditions()).isNotEmpty());

        assertThat(said(status, "Complete")).isEqualTo("False NoMatchingNodes");
        assertThat(said(status, "Succeeded")).isEqualTo("False NoMatchingNodes");
    }

    @Test
    void aNodeThatNoLongerMatchesEndsItsRunFirstAndIsSkippedWithRunsLeft(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            String a = namespace.addNode("a");
            Runner runner = namespace.create(
                    Map.of("script", gate.script() + HELLO, "nodeSelector", namespace.onOwnNodes(), "runs", 2));
            Pod pod = runner.awaitRunningPod();

            namespace.select(a, false);

            // the change of a label is seen before the end of a run that waits for what happens after it
            namespace.awaitOperatorHasSeen(a);
            assertThat(runner.pods())
                    .extracting(each -> each.getMetadata().getUid())
                    .containsExactly(uid(pod));
            gate.open();
            NodeStatus node = runner.awaitNode(a, now -> assertThat(now.phase()).isEqualTo(Phase.Skipped));
            assertThat(node.reason()).isEqualTo("NoLongerSelected");
            assertThat(node.message()).endsWith(".");
            assertThat(runs(node)).containsExactly(1);
            assertThat(latest(node).outcome()).isEqualTo(Outcome.Succeeded);
            ScriptRunnerStatus status = runner.awaitComplete();
            assertThat(said(status, "Complete")).isEqualTo("True SomeSkipped");
            assertThat(said(status, "Succeeded")).isEqualTo("False SomeSkipped");
            assertThat(status.summary()).contains("1 skipped");
        }
    }

    @Test
    void aNodeThatMatchesAgainGoesOnWhereItWas(TestNamespace namespace) {
        String a = namespace.addNode("a");
        Runner runner = namespace.create(
                Map.of("script", HELLO, "nodeSelector", namespace.onOwnNodes(), "runs", 2, "periodSeconds", 3600));
        runner.awaitNode(a, node -> assertThat(node.completedRuns()).isEqualTo(1));
        namespace.select(a, false);
        runner.edit(Map.of("periodSeconds", 0));
        runner.awaitNode(a, node -> assertThat(node.phase()).isEqualTo(Phase.Skipped));

        namespace.select(a, true);

        NodeStatus node = runner.awaitNode(a, now -> assertThat(now.phase()).isEqualTo(Phase.Succeeded));
        assertThat(runs(node)).containsExactly(2, 1);
    }

    @Test
    void aNodeThatLeavesBeforeItRanLeavesNothing(TestNamespace namespace) {
        String a = namespace.addNode("a");
        Runner runner = namespace.create(
                Map.of("script", HELLO, "nodeSelector", namespace.onOwnNodes(), "initialDelaySeconds", 3600));
        runner.awaitNode(a, node -> assertThat(node.phase()).isEqualTo(Phase.Waiting));

        namespace.select(a, false);

        ScriptRunnerStatus status = runner.await(now -> assertThat(now.nodes()).isEmpty());
        assertThat(said(status, "Complete")).isEqualTo("True NoMatchingNodes");
    }

    @Test
    void aNodeThatIsDoneAndLeavesKeepsItsEntry(TestNamespace namespace) {
        String a = namespace.addNode("a");
        Runner runner = namespace.create(Map.of("script", HELLO, "nodeSelector", namespace.onOwnNodes()));
        runner.awaitComplete();

        namespace.deleteNode(a);

        NodeStatus node = runner.awaitNode(a, now -> assertThat(now.hasLeft()).isTrue());
        assertThat(node.phase()).isEqualTo(Phase.Succeeded);
        assertThat(latest(node).stdout()).isEqualTo(a + "\n");
        assertThat(said(runner.awaitComplete(), "Succeeded")).isEqualTo("True AllSucceeded");
    }

    @Test
    void aRunOnANodeThatIsDeletedIsLost(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            String a = namespace.addNode("a");
            Runner runner = namespace.create(
                    Map.of("script", gate.script(), "nodeSelector", namespace.onOwnNodes(), "runs", 2));
            runner.awaitRunningPod();

            namespace.deleteNode(a);

            NodeStatus node = runner.awaitNode(a, now -> assertThat(now.phase()).isEqualTo(Phase.Skipped));
            assertThat(node.reason()).isEqualTo("NodeGone");
            assertThat(node.failedRuns()).isEqualTo(1);
            assertThat(latest(node).outcome()).isEqualTo(Outcome.Lost);
            assertThat(latest(node).startTime()).isNotNull();
            assertThat(latest(node).stderr()).isNotBlank();
            assertThat(said(runner.awaitComplete(), "Failed")).isEqualTo("True SomeFailed");
            runner.await(now -> assertThat(runner.pods()).isEmpty());
        }
    }

    @Test
    void aNodeThatIsDeletedAndMadeAgainDuringARunIsAnotherNode(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            String a = namespace.addNode("a");
            Runner runner =
                    namespace.create(Map.of("script", gate.script() + HELLO, "nodeSelector", namespace.onOwnNodes()));
            runner.awaitRunningPod();
            String oldId = runner.awaitNode(a, node -> assertThat(node.phase()).isEqualTo(Phase.Running))
                    .nodeId();

            namespace.deleteNode(a);
            namespace.addNode("a");

            gate.open();
            ScriptRunnerStatus status = runner.await(now -> {
                assertThat(now.nodes()).hasSize(2);
                assertThat(now.nodes().get(0).phase()).isEqualTo(Phase.Succeeded);
            });
            NodeStatus fresh = status.nodes().get(0);
            NodeStatus old = status.nodes().get(1);
            assertThat(fresh.name()).isEqualTo(old.name());
            assertThat(old.nodeId()).isEqualTo(oldId);
            assertThat(fresh.nodeId()).isNotEqualTo(oldId);
            assertThat(fresh.completedRuns()).isEqualTo(1);
            assertThat(latest(old).outcome()).isEqualTo(Outcome.Lost);
            assertThat(old.phase()).isEqualTo(Phase.Failed);
        }
    }

    @Test
    void aNodeThatIsNotReadyWaitsWithThatReason(TestNamespace namespace) {
        String a = namespace.addNode("a");
        namespace.setReady(a, false);
        Runner runner = namespace.create(Map.of("script", HELLO, "nodeSelector", namespace.onOwnNodes()));

        NodeStatus waiting =
                runner.awaitNode(a, node -> assertThat(node.reason()).isEqualTo("NodeNotReady"));

        assertThat(waiting.phase()).isEqualTo(Phase.Waiting);
        assertThat(waiting.message()).contains("not ready").endsWith("gone to lunch");
        assertThat(runner.pods()).isEmpty();
        namespace.setReady(a, true);
        NodeStatus node = node(runner.awaitComplete(), a);
        assertThat(node.phase()).isEqualTo(Phase.Succeeded);
        assertThat(node.reason()).isNull();
    }

    @Test
    void aTaintThatNoPodOfAScriptToleratesIsTheReasonOfItsWaiting(TestNamespace namespace) {
        String a = namespace.addNode("a");
        namespace
                .client()
                .nodes()
                .withName(a)
                .edit(before -> new NodeBuilder(before)
                        .editOrNewSpec()
                        .addNewTaint("NoSchedule", "maintenance", null, "yes")
                        .endSpec()
                        .build());
        Runner runner = namespace.create(Map.of("script", HELLO, "nodeSelector", namespace.onOwnNodes()));

        NodeStatus waiting =
                runner.awaitNode(a, node -> assertThat(node.reason()).isEqualTo("Unschedulable"));

        assertThat(waiting.phase()).isEqualTo(Phase.Waiting);
        assertThat(waiting.message()).contains("maintenance");
        assertThat(runner.pods()).hasSize(1);
        namespace
                .client()
                .nodes()
                .withName(a)
                .edit(before -> new NodeBuilder(before)
                        .editSpec()
                        .withTaints()
                        .endSpec()
                        .build());
        assertThat(node(runner.awaitComplete(), a).phase()).isEqualTo(Phase.Succeeded);
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }
}
