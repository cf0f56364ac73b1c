package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.Runner.said;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.function.BiFunction;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.parallel.Isolated;

/** All at once, but beside nothing else: what is measured here is the operator and not how busy the machine is. */
@BehaviourTest
@Isolated
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RunsStartOnTimeTest {
    /** What resource.md allows. */
    private static final long TOLERANCE_SECONDS = 2;

    private Runner periodic;
    private Runner delayed;
    private Runner slow;
    private Runner patient;

    @BeforeAll
    void createAll(TestNamespace namespace) {
        periodic = namespace.create(
                "periodic", Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE, "runs", 3, "periodSeconds", 3));
        delayed = namespace.create(
                "delayed", Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE, "initialDelaySeconds", 4));
        slow = namespace.create(
                "slow",
                Map.of(
                        "script",
                        "import time; time.sleep(2)",
                        "nodeSelector",
                        ON_ONE_NODE,
                        "runs",
                        3,
                        "periodSeconds",
                        1));
        patient = namespace.create(
                "patient", Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE, "runs", 2, "periodSeconds", 3600));
    }

    @Test
    void aPeriodGoesFromStartToStart() {
        List<RunResult> history = node(periodic.awaitComplete(), NODE_1).history();

        assertThat(secondsBetween(
                        history, (earlier, later) -> Duration.between(earlier.startTime(), later.startTime())))
                .hasSize(2)
                .allSatisfy(seconds -> assertThat(seconds).isBetween(3L, 3 + TOLERANCE_SECONDS));
    }

    @Test
    void theFirstRunWaitsForTheInitialDelay() {
        RunResult result = latest(node(delayed.awaitComplete(), NODE_1));

        Instant created = Instant.parse(delayed.resource().get().getMetadata().getCreationTimestamp());
        assertThat(Duration.between(created, result.startTime()).toSeconds()).isBetween(4L, 4 + TOLERANCE_SECONDS);
    }

    @Test
    void aRunThatTakesLongerThanThePeriodIsFollowedAtOnceAndNeverOverlapped() {
        List<RunResult> history = node(slow.awaitComplete(), NODE_1).history();

        assertThat(secondsBetween(
                        history, (earlier, later) -> Duration.between(earlier.finishTime(), later.startTime())))
                .hasSize(2)
                // a real kubelet takes its time to tell of an end and to start a container
                .allSatisfy(seconds -> assertThat(seconds).isBetween(0L, 2 + TOLERANCE_SECONDS));
    }

    @Test
    void theNextRunIsToldAndAChangedPeriodAppliesToIt() {
        ScriptRunnerStatus waiting = patient.await(
                now -> assertThat(node(now, NODE_1).completedRuns()).isEqualTo(1));
        assertThat(waiting.nextRunTime())
                .isEqualTo(latest(node(waiting, NODE_1)).startTime().plusSeconds(3600));
        assertThat(node(waiting, NODE_1).phase()).isEqualTo(Phase.Waiting);
        assertThat(said(waiting, "Complete")).isEqualTo("False Waiting");

        patient.edit(Map.of("periodSeconds", 1));

        assertThat(patient.awaitComplete().nextRunTime()).isNull();
    }

    /** For each run and the one after it, the oldest first. */
    private static List<Long> secondsBetween(
            List<RunResult> history, BiFunction<RunResult, RunResult, Duration> between) {
        return IntStream.iterate(history.size() - 1, i -> i > 0, i -> i - 1)
                .mapToObj(i -> between.apply(history.get(i), history.get(i - 1)).toSeconds())
                .toList();
    }
}
