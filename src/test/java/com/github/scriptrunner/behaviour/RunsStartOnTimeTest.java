package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@BehaviourTest
class RunsStartOnTimeTest {
    /** What resource.md allows. */
    private static final long TOLERANCE_SECONDS = 2;

    @Test
    void aPeriodGoesFromStartToStart(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of(
                "script",
                "import time; time.sleep(1)",
                "nodeSelector",
                ON_ONE_NODE,
                "runs",
                4,
                "periodSeconds",
                3,
                "historyLimit",
                4));

        List<RunResult> history = node(runner.awaitComplete(), "node-1").history();

        assertThat(secondsBetweenStarts(history))
                .hasSize(3)
                .allSatisfy(seconds -> assertThat(seconds).isBetween(3L, 3 + TOLERANCE_SECONDS));
    }

    @Test
    void theFirstRunWaitsForTheInitialDelay(TestNamespace namespace) {
        Runner runner = namespace.create(
                Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE, "initialDelaySeconds", 3));

        ScriptRunnerStatus before = runner.await(
                now -> assertThat(node(now, "node-1").phase()).isEqualTo(Phase.Waiting));
        RunResult result = latest(node(runner.awaitComplete(), "node-1"));

        Instant created =
                Instant.parse(runner.resource().get().getMetadata().getCreationTimestamp());
        assertThat(Duration.between(created, result.startTime()).toSeconds()).isBetween(3L, 3 + TOLERANCE_SECONDS);
        assertThat(Duration.between(created, before.nextRunTime()).toSeconds()).isBetween(3L, 4L);
        assertThat(before.waiting()).isEqualTo(1);
        assertThat(Runner.said(before, "Complete")).isEqualTo("False Waiting");
    }

    @Test
    void aRunThatTakesLongerThanThePeriodIsFollowedAtOnceAndNeverOverlapped(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of(
                "script", "import time; time.sleep(2)", "nodeSelector", ON_ONE_NODE, "runs", 3, "periodSeconds", 1));

        List<RunResult> history = node(runner.awaitComplete(), "node-1").history();

        assertThat(IntStream.range(0, 2)
                        .mapToLong(i -> Duration.between(
                                        history.get(i + 1).finishTime(),
                                        history.get(i).startTime())
                                .toSeconds()))
                .allSatisfy(seconds -> assertThat(seconds).isBetween(0L, TOLERANCE_SECONDS));
    }

    @Test
    void theNextRunIsToldAndAChangedPeriodAppliesToIt(TestNamespace namespace) {
        Runner runner = namespace.create(
                Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE, "runs", 2, "periodSeconds", 3600));
        ScriptRunnerStatus waiting =
                runner.await(now -> assertThat(node(now, "node-1").completedRuns()).isEqualTo(1));
        Instant start = latest(node(waiting, "node-1")).startTime();
        assertThat(waiting.nextRunTime()).isEqualTo(start.plusSeconds(3600));

        runner.edit(Map.of("periodSeconds", 1));

        assertThat(runner.awaitComplete().nextRunTime()).isNull();
    }

    /** The oldest first. */
    private static List<Long> secondsBetweenStarts(List<RunResult> history) {
        return IntStream.iterate(history.size() - 1, i -> i > 0, i -> i - 1)
                .mapToObj(i -> Duration.between(
                                history.get(i).startTime(), history.get(i - 1).startTime())
                        .toSeconds())
                .toList();
    }
}
