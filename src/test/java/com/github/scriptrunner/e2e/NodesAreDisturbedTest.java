package com.github.scriptrunner.e2e;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.Runner.runs;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_2;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_3;
import static com.github.scriptrunner.behaviour.TestNamespace.onNodes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import com.github.scriptrunner.behaviour.Gate;
import com.github.scriptrunner.behaviour.Runner;
import com.github.scriptrunner.behaviour.SharedCluster;
import com.github.scriptrunner.behaviour.TestNamespace;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** Real nodes; one of those that the operator does not run on is disturbed. */
@ExtendWith(SharedCluster.class)
@Isolated
@Tag("cluster")
@Timeout(300)
@EnabledIfEnvironmentVariable(named = Shell.KIT, matches = ".+", disabledReason = "E2E_KIT names no commands for nodes")
class NodesAreDisturbedTest {
    private String victim;
    private String other;

    @BeforeEach
    void findNodes(TestNamespace namespace) {
        String operators = namespace
                .client()
                .pods()
                .inNamespace("scriptrunner-system")
                .withLabel("app.kubernetes.io/name", "scriptrunner-operator")
                .list()
                .getItems()
                .get(0)
                .getSpec()
                .getNodeName();
        List<String> free = Stream.of(NODE_3, NODE_2, NODE_1)
                .filter(node -> !node.equals(operators))
                .toList();
        victim = free.get(0);
        other = free.get(1);
    }

    @AfterEach
    void mend() {
        Shell.kubectl("uncordon", victim);
        Shell.kubectl("taint", "node", victim, "e2e-");
        Shell.run(List.of(System.getenv(Shell.KIT) + "/node", "thaw", victim), "");
        Shell.kubectl("wait", "--for=condition=Ready", "--timeout=60s", "node", victim)
                .succeeds();
    }

    private Runner onBoth(TestNamespace namespace, Map<String, Object> spec) {
        Map<String, Object> all = new java.util.HashMap<>(spec);
        all.put("nodeSelector", onNodes(victim, other));
        return namespace.create(all);
    }

    @Test
    void aNodeThatHangsStaysRunningWithThatReasonAndHoldsUpNoOther(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = onBoth(namespace, Map.of("script", gate.script() + "print('done')", "runs", 2));
            awaitRunningOnBoth(runner);

            Shell.node("freeze", victim);

            NodeStatus held =
                    runner.awaitNode(victim, node -> assertThat(node.reason()).isEqualTo("NodeNotReady"));
            assertThat(held.phase()).isEqualTo(Phase.Running);
            assertThat(held.message()).endsWith(".");
            gate.open();
            assertThat(runs(runner.awaitNode(
                            other, node -> assertThat(node.phase()).isEqualTo(Phase.Succeeded))))
                    .containsExactly(2, 1);
            assertThat(node(runner.status(), victim).completedRuns()).isZero();
            Shell.node("thaw", victim);
            assertThat(node(runner.awaitComplete(), victim).history())
                    .extracting(RunResult::run, RunResult::outcome)
                    .containsExactly(tuple(2, Outcome.Succeeded), tuple(1, Outcome.Succeeded));
        }
    }

    private void awaitRunningOnBoth(Runner runner) {
        for (String name : List.of(victim, other)) {
            runner.awaitNode(name, node -> assertThat(node.phase()).isEqualTo(Phase.Running));
        }
    }

    @Test
    void aRunThatItsNodesRestartEndsIsLostAndNotRepeated(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = onBoth(namespace, Map.of("script", gate.script() + "print('done')"));
            awaitRunningOnBoth(runner);

            Shell.node("reboot", victim);

            NodeStatus lost =
                    runner.awaitNode(victim, node -> assertThat(node.phase()).isEqualTo(Phase.Failed));
            assertThat(runs(lost)).containsExactly(1);
            assertThat(latest(lost).outcome()).isEqualTo(Outcome.Lost);
            assertThat(latest(lost).stderr()).contains("its node was restarted");
            gate.open();
            assertThat(node(runner.awaitComplete(), other).phase()).isEqualTo(Phase.Succeeded);
        }
    }

    @Test
    void aNodeThatIsRemovedIsLostAndWhatIsAddedInItsNameIsAnother(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = onBoth(namespace, Map.of("script", gate.script() + "print('done')"));
            awaitRunningOnBoth(runner);

            Shell.node("rm", victim);
            Shell.node("add", victim);

            gate.open();
            ScriptRunnerStatus status = runner.await(now -> {
                assertThat(now.nodes()).hasSize(3);
                assertThat(Runner.isComplete(runner.resource().get())).isTrue();
            });
            assertThat(status.nodes())
                    .filteredOn(node -> node.name().equals(victim))
                    .extracting(NodeStatus::phase, node -> latest(node).outcome())
                    .containsExactly(tuple(Phase.Succeeded, Outcome.Succeeded), tuple(Phase.Failed, Outcome.Lost));
        }
    }

    @Test
    void aCordonedNodeRunsScriptsAsItDoesDaemons(TestNamespace namespace) {
        Shell.kubectl("cordon", victim).succeeds();

        Runner runner = onBoth(namespace, Map.of("script", "print(1)"));

        assertThat(node(runner.awaitComplete(), victim).phase()).isEqualTo(Phase.Succeeded);
    }

    @Test
    void aTaintedNodeIsUnschedulableUntilTheTaintIsGone(TestNamespace namespace) {
        Shell.kubectl("taint", "node", victim, "e2e=yes:NoSchedule").succeeds();

        Runner runner = onBoth(namespace, Map.of("script", "print(1)"));

        NodeStatus held =
                runner.awaitNode(victim, node -> assertThat(node.reason()).isEqualTo("Unschedulable"));
        assertThat(held.phase()).isEqualTo(Phase.Waiting);
        assertThat(held.message()).contains("untolerated taint");
        runner.awaitNode(other, node -> assertThat(node.phase()).isEqualTo(Phase.Succeeded));
        runner.await(now -> assertThat(runner.pods()).hasSize(1));
        Shell.kubectl("taint", "node", victim, "e2e-").succeeds();
        assertThat(node(runner.awaitComplete(), victim).phase()).isEqualTo(Phase.Succeeded);
    }

    @Test
    void anImageThatCannotBePulledIsToldOf(TestNamespace namespace) {
        String image = Shell.kubectl(
                        "get",
                        "deployment",
                        "scriptrunner-operator",
                        "-n",
                        "scriptrunner-system",
                        "-o",
                        "jsonpath={.spec.template.spec.containers[0].env[?(@.name==\"SCRIPTRUNNER_IMAGE\")].value}")
                .output();
        Shell.node("exec", victim, "ctr", "-n", "k8s.io", "images", "tag", "--force", image, "localhost/kept:1");
        Shell.node("exec", victim, "ctr", "-n", "k8s.io", "images", "rm", image);
        try {
            Runner runner = onBoth(namespace, Map.of("script", "print(1)"));

            NodeStatus held =
                    runner.awaitNode(victim, node -> assertThat(node.reason()).isEqualTo("ImagePullFailed"));

            assertThat(held.phase()).isEqualTo(Phase.Waiting);
            assertThat(held.message()).contains(image);
            runner.awaitNode(other, node -> assertThat(node.phase()).isEqualTo(Phase.Succeeded));
            Shell.node("exec", victim, "ctr", "-n", "k8s.io", "images", "tag", "localhost/kept:1", image);
            assertThat(node(runner.awaitComplete(), victim).phase()).isEqualTo(Phase.Succeeded);
        } finally {
            Shell.run(
                    List.of(
                            System.getenv(Shell.KIT) + "/node",
                            "exec",
                            victim,
                            "ctr",
                            "-n",
                            "k8s.io",
                            "images",
                            "tag",
                            "localhost/kept:1",
                            image),
                    "");
        }
    }
}
