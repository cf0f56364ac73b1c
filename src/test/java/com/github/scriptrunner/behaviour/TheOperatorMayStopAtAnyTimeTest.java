package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.Runner.runs;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static com.github.scriptrunner.behaviour.TestNamespace.onNodes;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** On a cluster whose operator nobody else needs. */
@Execution(ExecutionMode.CONCURRENT)
// one after the other, beside other classes
@ResourceLock("the operator that is stopped")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@Tag("playground")
class TheOperatorMayStopAtAnyTimeTest {
    private PlaygroundCluster cluster;
    private TestNamespace namespace;

    @BeforeAll
    void startCluster() throws Exception {
        cluster = PlaygroundCluster.start();
        cluster.defineScriptRunners();
    }

    @BeforeEach
    void createNamespace() {
        namespace = TestNamespace.create(cluster.client());
    }

    @AfterEach
    void stopOperator() {
        namespace.close();
        cluster.stopOperator();
    }

    @AfterAll
    void closeCluster() throws Exception {
        cluster.close();
    }

    @Test
    void everyRunHappensOnceAndIsRecordedOnce(@TempDir Path directory) throws Exception {
        cluster.startOperator();
        Path ran = Files.createFile(directory.resolve("ran"));
        Runner runner = namespace.create(Map.of(
                "nodeSelector",
                onNodes("node-1", "node-2"),
                "runs",
                4,
                "periodSeconds",
                1,
                "historyLimit",
                10,
                "script",
                """
                import os, time
                with open("%s", "a") as ran:
                    ran.write(os.environ["NODE_NAME"] + " " + os.environ["SCRIPTRUNNER_RUN"] + "\\n")
                time.sleep(0.5)
                """.formatted(ran)));

        for (int run = 1; run <= 3; run++) {
            int atLeast = run;
            runner.awaitNode("node-1", node -> assertThat(node.completedRuns()).isGreaterThanOrEqualTo(atLeast));
            cluster.stopOperator();
            cluster.startOperator();
        }

        ScriptRunnerStatus status = runner.awaitComplete();
        assertThat(status.nodes()).hasSize(2).allSatisfy(node -> {
            assertThat(runs(node)).containsExactly(4, 3, 2, 1);
            assertThat(node.history()).extracting(RunResult::outcome).containsOnly(Outcome.Succeeded);
            assertThat(node.completedRuns()).isEqualTo(4);
        });
        assertThat(Files.readAllLines(ran))
                .containsExactlyInAnyOrder(
                        "node-1 1", "node-1 2", "node-1 3", "node-1 4", "node-2 1", "node-2 2", "node-2 3", "node-2 4");
        runner.await(now -> assertThat(runner.pods()).isEmpty());
    }

    @Test
    void whatEndsMeanwhileIsRecordedByTheNext() throws Exception {
        try (Gate gate = Gate.closed()) {
            cluster.startOperator();
            Runner runner =
                    namespace.create(Map.of("script", gate.script() + "print('done')", "nodeSelector", ON_ONE_NODE));
            runner.awaitNode("node-1", node -> assertThat(node.phase()).isEqualTo(Phase.Running));
            cluster.stopOperator();
            gate.open();
            runner.await(status -> assertThat(runner.pods())
                    .singleElement()
                    .satisfies(pod -> assertThat(pod.getStatus().getPhase()).isEqualTo("Succeeded")));

            cluster.startOperator();

            NodeStatus node = node(runner.awaitComplete(), "node-1");
            assertThat(node.history()).hasSize(1);
            assertThat(latest(node).stdout()).isEqualTo("done\n");
        }
    }

    @Test
    void whatIsDeletedMeanwhileIsLetGoByTheNext() throws Exception {
        try (Gate gate = Gate.closed()) {
            cluster.startOperator();
            Runner runner = namespace.create(Map.of("script", gate.script(), "nodeSelector", ON_ONE_NODE));
            runner.awaitRunningPod();
            cluster.stopOperator();
            runner.delete();

            cluster.startOperator();

            namespace.awaitNoPods();
        }
    }

    @Test
    void aRunnerThatWasThereBeforeItIsFound() throws Exception {
        Runner runner = namespace.create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE));

        cluster.startOperator();

        assertThat(latest(node(runner.awaitComplete(), "node-1")).stdout()).isEqualTo("1\n");
    }

    @Test
    void aDefinitionThatGoesTakesItsRunnersAlongAndMayComeBack() throws Exception {
        try (Gate gate = Gate.closed()) {
            cluster.startOperator();
            Runner before = namespace.create(Map.of("script", gate.script(), "nodeSelector", ON_ONE_NODE));
            before.awaitRunningPod();

            cluster.undefineScriptRunners();

            namespace.awaitNoPods();
            cluster.defineScriptRunners();
            Runner after = namespace.create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE));
            assertThat(latest(node(after.awaitComplete(), "node-1")).stdout()).isEqualTo("1\n");
        }
    }

    @Test
    void itWaitsForTheDefinitionOfScriptRunners() throws Exception {
        cluster.undefineScriptRunners();
        cluster.startOperator();

        cluster.defineScriptRunners();

        Runner runner = namespace.create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE));
        assertThat(latest(node(runner.awaitComplete(), "node-1")).stdout()).isEqualTo("1\n");
    }
}
