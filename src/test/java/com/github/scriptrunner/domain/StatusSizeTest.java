package com.github.scriptrunner.domain;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.CurrentRun;
import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.domain.StatusSize.Fitted;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StatusSizeTest {
    private static final Instant NOON = Instant.parse("2026-01-01T12:00:00Z");

    @ParameterizedTest(name = "{0} takes {1} bytes")
    @CsvSource(
            delimiter = '|',
            value = {"abc|5", "<&>|20", "'tab\there'|11", "x\u001bx|10", "x\bx|10", "ä|4", "€|5", "😀|6", "\u2028|8"})
    void textIsCountedAsTheApiServerStoresIt(String text, long bytes) {
        assertThat(StatusSize.bytes(text)).isEqualTo(bytes);
    }

    @Test
    void aStatusThatFitsIsLeftAlone() {
        List<NodeStatus> nodes = List.of(node(1, 3, "out", Outcome.Succeeded));

        Fitted fitted = StatusSize.fit(nodes);

        assertThat(fitted.nodes()).isEqualTo(nodes);
        assertThat(fitted.trimmed()).isFalse();
    }

    @Test
    void olderHistoryGoesFirstAndOldestFirst() {
        List<NodeStatus> nodes = nodes(1000, i -> node(i, 2, "x".repeat(500), Outcome.Succeeded));

        Fitted fitted = StatusSize.fit(nodes);

        assertThat(fitted.bytes()).isBetween(StatusSize.MOST - 2000, StatusSize.MOST);
        assertThat(fitted.trimmed()).isTrue();
        assertThat(fitted.nodes().get(0).history()).hasSize(1);
        assertThat(fitted.nodes().get(999).history()).hasSize(2);
        assertThat(fitted.nodes())
                .allSatisfy(node -> assertThat(node.history().get(0).stdout()).isNotNull());
    }

    @Test
    void outputsOfSuccessfulRunsGoBeforeThoseOfFailedOnes() {
        List<NodeStatus> nodes =
                nodes(1000, i -> node(i, 1, "x".repeat(1000), i % 2 == 0 ? Outcome.Succeeded : Outcome.Failed));

        List<NodeStatus> fitted = StatusSize.fit(nodes).nodes();

        assertThat(fitted)
                .filteredOn(node -> latest(node).outcome() == Outcome.Failed)
                .allSatisfy(node -> assertThat(latest(node).stdout()).isNotNull());
        assertThat(latest(fitted.get(0)).stdout()).isNull();
        assertThat(latest(fitted.get(0)).truncated()).isTrue();
    }

    @Test
    void entriesThatGoLeaveHowTheLatestRunEnded() {
        List<NodeStatus> nodes =
                nodes(5000, i -> node(i, 1, "x".repeat(100), i < 10 ? Outcome.Lost : Outcome.Succeeded));

        Fitted fitted = StatusSize.fit(nodes);

        assertThat(fitted.bytes()).isLessThanOrEqualTo(StatusSize.MOST);
        NodeStatus lost = fitted.nodes().get(0);
        assertThat(lost.history()).isEmpty();
        assertThat(lost.lastOutcome()).isEqualTo(Outcome.Lost);
        assertThat(lost.completedRuns()).isEqualTo(1);
        NodeStatus well = fitted.nodes().get(10);
        assertThat(well.lastOutcome()).isNull();
        assertThat(well.failedRuns()).isNull();
    }

    @Test
    void fiveThousandNodesWithLongNamesFitAlsoWhileAllWaitWithAReason() {
        List<NodeStatus> nodes = nodes(
                5000,
                i -> NodeStatus.of(name(i), Names.nodeId(name(i)), null)
                        .withCurrent(CurrentRun.dueSince(null).withNextPod().seenPending())
                        .in(
                                Phase.Waiting,
                                "Unschedulable",
                                "0/5000 nodes are available: 1 Insufficient memory. ".repeat(3)));

        Fitted fitted = StatusSize.fit(nodes);

        assertThat(fitted.bytes()).isLessThanOrEqualTo(StatusSize.MOST);
        assertThat(fitted.nodes())
                .hasSize(5000)
                .allSatisfy(node -> assertThat(node.reason()).isEqualTo("Unschedulable"));
    }

    @Test
    void aLargeStatusIsNotWrittenWithinFiveSecondsOfTheLastWrite() {
        Fitted large = new Fitted(List.of(), 100_001, false);
        Fitted small = new Fitted(List.of(), 100_000, false);

        assertThat(large.tooSoon(NOON, NOON.plusSeconds(2))).isEqualTo(Duration.ofSeconds(3));
        assertThat(large.tooSoon(NOON, NOON.plusSeconds(5))).isEqualTo(Duration.ZERO);
        assertThat(large.tooSoon(null, NOON)).isEqualTo(Duration.ZERO);
        assertThat(small.tooSoon(NOON, NOON)).isEqualTo(Duration.ZERO);
    }

    private static RunResult latest(NodeStatus node) {
        return node.history().get(0);
    }

    private interface NodeMaker {
        NodeStatus node(int number);
    }

    private static List<NodeStatus> nodes(int count, NodeMaker maker) {
        return IntStream.range(0, count).mapToObj(maker::node).toList();
    }

    /** Later nodes have later results. */
    private static NodeStatus node(int number, int runs, String stdout, Outcome outcome) {
        NodeStatus node = NodeStatus.of(name(number), Names.nodeId(name(number)), null);
        for (int run = 1; run <= runs; run++) {
            Instant finish = NOON.plusSeconds(number * 10L + run);
            RunResult result = new RunResult(
                    run,
                    1,
                    outcome,
                    0,
                    stdout,
                    null,
                    null,
                    null,
                    null,
                    null,
                    finish.minusSeconds(1),
                    finish,
                    "pod-" + number);
            node = node.counting(result).withHistory(History.with(result, node.history(), runs));
        }
        return node.in(Phase.Succeeded);
    }

    private static String name(int number) {
        return "a-node-with-a-name-of-exactly-fifty-characters-%04d"
                        .formatted(number)
                        .substring(0, 50 - 4)
                + "%04d".formatted(number);
    }
}
