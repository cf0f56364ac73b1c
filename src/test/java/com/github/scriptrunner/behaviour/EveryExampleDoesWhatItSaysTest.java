package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.Runner.runs;
import static com.github.scriptrunner.behaviour.Runner.said;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_2;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_3;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assumptions.assumeThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.ResourceLock;

/** All of them are applied at once: they take their time, and do not get in each other's way. */
@BehaviourTest
@ResourceLock(BehaviourTest.ALL_NODES)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class EveryExampleDoesWhatItSaysTest {
    private static final Path EXAMPLES = Path.of("examples");

    private final Map<String, Runner> examples = new TreeMap<>();

    @BeforeAll
    void applyAll(TestNamespace namespace) throws Exception {
        try (Stream<Path> files = Files.list(EXAMPLES)) {
            for (Path file : files.filter(Files::isRegularFile).toList()) {
                examples.put(file.getFileName().toString(), namespace.create(file));
            }
        }
    }

    @Test
    void eachHasATestHere() {
        assertThat(examples)
                .containsOnlyKeys(
                        "endless.yaml",
                        "fails-on-one-node.yaml",
                        "hello.yaml",
                        "packages.yaml",
                        "repeat.yaml",
                        "some-nodes.yaml");
    }

    @Test
    void helloRunsOnceOnEveryNode() {
        ScriptRunnerStatus status = examples.get("hello.yaml").awaitComplete();

        assertThat(said(status, "Succeeded")).isEqualTo("True AllSucceeded");
        assertThat(status.nodes()).extracting(NodeStatus::name).containsExactly(NODE_1, NODE_2, NODE_3);
        assertThat(status.nodes()).allSatisfy(node -> {
            assertThat(latest(node).stdout()).startsWith("Hello from " + node.name() + ", this is Python 3.");
            assertThat(node.completedRuns()).isEqualTo(1);
        });
    }

    @Test
    void failsOnOneNodeFailsOnNode2Alone() {
        assumeThat(NODE_2).isEqualTo("node-2");
        ScriptRunnerStatus status = examples.get("fails-on-one-node.yaml").awaitComplete();

        assertThat(said(status, "Succeeded")).isEqualTo("False SomeFailed");
        RunResult failed = latest(node(status, NODE_2));
        assertThat(failed.exitCode()).isEqualTo(3);
        assertThat(failed.stdout()).isEqualTo("checking node-2\n");
        assertThat(failed.stderr()).isEqualTo("the disk of node-2 is full\n");
        assertThat(status.nodes())
                .filteredOn(node -> !node.name().equals(NODE_2))
                .hasSize(2)
                .allSatisfy(node -> {
                    assertThat(node.phase()).isEqualTo(Phase.Succeeded);
                    assertThat(latest(node).stdout()).isEqualTo("checking " + node.name() + "\n");
                });
    }

    @Test
    void someNodesLeavesOutNode2() {
        assumeThat(NODE_2).isEqualTo("node-2");
        ScriptRunnerStatus status = examples.get("some-nodes.yaml").awaitComplete();

        assertThat(said(status, "Succeeded")).isEqualTo("True AllSucceeded");
        assertThat(status.nodes()).extracting(NodeStatus::name).containsExactly(NODE_1, NODE_3);
        assertThat(latest(node(status, NODE_3)).stdout()).isEqualTo(NODE_3 + " was selected\n");
    }

    @Test
    void repeatRunsThreeTimesAtLeastFiveSecondsApartAndKeepsTwo() {
        ScriptRunnerStatus status = examples.get("repeat.yaml").awaitComplete();

        assertThat(status.nodes()).hasSize(3).allSatisfy(node -> {
            assertThat(runs(node)).containsExactly(3, 2);
            assertThat(latest(node).stdout()).matches("run 3 at \\d\\d:\\d\\d:\\d\\d\n");
            assertThat(Duration.between(
                                    node.history().get(1).startTime(),
                                    node.history().get(0).startTime())
                            .toSeconds())
                    .isGreaterThanOrEqualTo(5);
        });
    }

    @Test
    void endlessRunsEveryTenSecondsAndKeepsTheLatest() {
        ScriptRunnerStatus status = examples.get("endless.yaml")
                .await(now -> assertThat(now.nodes())
                        .hasSize(3)
                        .allSatisfy(node -> assertThat(node.completedRuns()).isGreaterThanOrEqualTo(2)));

        assertThat(said(status, "Complete")).isEqualTo("False Endless");
        assertThat(status.nodes()).allSatisfy(node -> {
            assertThat(runs(node)).containsExactly(node.completedRuns());
            assertThat(latest(node).stdout()).startsWith("load ");
        });
    }

    /** Whether pip finds psutil is this machine's business: where it does not, that is what the result has to say. */
    @Test
    void packagesRunsWithPsutilOrSaysThatPipHadNone() {
        ScriptRunnerStatus status = examples.get("packages.yaml").awaitComplete();

        assertThat(status.nodes()).hasSize(3).extracting(Runner::latest).allSatisfy(result -> {
            if (result.outcome() == Outcome.Succeeded) {
                assertThat(result.stdout()).matches("\\d+\\.\\d GiB of memory available\n");
            } else {
                assertThat(result.outcome()).isEqualTo(Outcome.SetupFailed);
                assertThat(result.stderr()).contains("psutil", "pip could not install the packages");
                assertThat(result.stdout()).isNull();
            }
        });
    }
}
