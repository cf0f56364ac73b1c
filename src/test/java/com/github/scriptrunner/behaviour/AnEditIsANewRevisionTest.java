package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.condition;
import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.Runner.said;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.Map;
import org.junit.jupiter.api.Test;

@BehaviourTest
class AnEditIsANewRevisionTest {
    private static final String A = "print('a')";
    private static final String B = "print('b')";

    @Test
    void fromAToBAndBackAreThreeRevisions(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("script", A, "nodeSelector", ON_ONE_NODE));
        String hashOfA = runner.awaitComplete().revisionHash();
        runner.edit(Map.of("script", B));
        runner.awaitComplete();

        runner.edit(Map.of("script", A));

        ScriptRunnerStatus status = runner.awaitComplete();
        NodeStatus node = node(status, NODE_1);
        assertThat(node.history()).extracting(RunResult::revision).containsExactly(3, 2, 1);
        assertThat(node.history()).extracting(RunResult::stdout).containsExactly("a\n", "b\n", "a\n");
        assertThat(node.history()).extracting(RunResult::run).containsOnly(1);
        assertThat(node.completedRuns()).isEqualTo(1);
        assertThat(status.revision()).isEqualTo(3);
        assertThat(status.revisionHash()).isEqualTo(hashOfA);
        assertThat(status.observedGeneration()).isEqualTo(3);
    }

    @Test
    void whoWaitsForCompleteAfterAnEditWaitsForTheNewRevision(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("script", A, "nodeSelector", ON_ONE_NODE));
        runner.awaitComplete();

        try (Versions versions = runner.watch()) {
            runner.edit(Map.of("script", B));

            versions.await(version ->
                    Runner.isComplete(version) && version.getMetadata().getGeneration() == 2);
            assertThat(versions.seen())
                    .filteredOn(version -> condition(version.getStatus(), "Complete")
                                    .getStatus()
                                    .equals("True")
                            && condition(version.getStatus(), "Complete").getObservedGeneration() == 2)
                    .allSatisfy(version -> assertThat(
                                    latest(node(version.getStatus(), NODE_1)).stdout())
                            .isEqualTo("b\n"));
            assertThat(versions.statuses())
                    .anySatisfy(status -> assertThat(said(status, "Complete")).startsWith("False "));
        }
    }

    @Test
    void aRunThatIsUnderWayIsRecordedUnderItsOwn(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(
                    Map.of("script", gate.script() + "print('a')\nraise SystemExit(9)", "nodeSelector", ON_ONE_NODE));
            runner.awaitRunningPod();

            runner.edit(Map.of("script", B));

            NodeStatus meanwhile =
                    node(runner.await(now -> assertThat(now.revision()).isEqualTo(2)), NODE_1);
            assertThat(meanwhile.history()).isEmpty();
            assertThat(runner.pods()).hasSize(1);
            gate.open();
            ScriptRunnerStatus status = runner.awaitComplete();
            NodeStatus node = node(status, NODE_1);
            assertThat(node.history()).extracting(RunResult::revision).containsExactly(2, 1);
            assertThat(node.history()).extracting(RunResult::stdout).containsExactly("b\n", "a\n");
            assertThat(node.history()).extracting(RunResult::exitCode).containsExactly(0, 9);
            assertThat(node.history().get(0).startTime())
                    .isAfterOrEqualTo(node.history().get(1).finishTime());
            assertThat(node.completedRuns()).isEqualTo(1);
            assertThat(node.failedRuns()).isZero();
            assertThat(node.phase()).isEqualTo(Phase.Succeeded);
            assertThat(said(status, "Succeeded")).isEqualTo("True AllSucceeded");
        }
    }

    @Test
    void aChangedModeIsOneToo(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("script", A, "nodeSelector", ON_ONE_NODE));
        runner.awaitComplete();

        runner.edit(Map.of("mode", "Privileged"));

        ScriptRunnerStatus status = runner.awaitComplete();
        assertThat(status.revision()).isEqualTo(2);
        assertThat(node(status, NODE_1).history())
                .extracting(RunResult::revision)
                .containsExactly(2, 1);
    }

    @Test
    void aChangeThatMakesNothingDueLeavesItComplete(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("script", A, "nodeSelector", ON_ONE_NODE));
        Condition complete = condition(runner.awaitComplete(), "Complete");

        try (Versions versions = runner.watch()) {
            runner.edit(Map.of("periodSeconds", 7));

            versions.await(version ->
                    Runner.isComplete(version) && version.getMetadata().getGeneration() == 2);
            assertThat(versions.statuses()).allSatisfy(status -> {
                assertThat(said(status, "Complete")).isEqualTo("True AllSucceeded");
                assertThat(condition(status, "Complete").getLastTransitionTime())
                        .isEqualTo(complete.getLastTransitionTime());
                assertThat(status.revision()).isEqualTo(1);
            });
        }
    }
}
