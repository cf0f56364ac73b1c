package com.github.scriptrunner.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jline.terminal.Size;
import org.jline.terminal.impl.LineDisciplineTerminal;
import org.junit.jupiter.api.Test;

class LiveProgressTest {
    private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");

    private final ByteArrayOutputStream painted = new ByteArrayOutputStream();

    private LiveProgress progress(int columns, int rows, boolean colored) throws Exception {
        LineDisciplineTerminal terminal = new LineDisciplineTerminal("test", "xterm", painted, StandardCharsets.UTF_8);
        terminal.setSize(new Size(columns, rows));
        return new LiveProgress(terminal, colored, Clock.fixed(NOW, ZoneOffset.UTC));
    }

    private static ScriptRunner runner(List<NodeStatus> nodes) {
        ScriptRunner runner = new ScriptRunner();
        runner.setMetadata(new ObjectMetaBuilder()
                .withName("hello")
                .withNamespace("default")
                .build());
        runner.setStatus(new ScriptRunnerStatus(
                1L, 1, null, null, null, "1/30 nodes done, 0 failed", 0, 0, 0, 0, 0, 0, null, null, null, nodes));
        return runner;
    }

    private static NodeStatus node(String name, Phase phase) {
        return NodeStatus.of(name, name, NOW).in(phase);
    }

    /** What a person sees: the lines without the terminal's control sequences. */
    private List<String> lines() {
        String text = painted.toString(StandardCharsets.UTF_8).replaceAll("\u001b\\[[0-9;?]*[a-zA-Z]", "");
        return Arrays.stream(text.split("[\r\n]+"))
                .map(String::stripTrailing)
                .filter(line -> !line.isEmpty())
                .toList();
    }

    @Test
    void everyNodeHasALineAndTheRunnerASummary() throws Exception {
        LiveProgress progress = progress(80, 24, false);

        progress.show(List.of(runner(List.of(
                node("node-1", Phase.Succeeded),
                node("node-10", Phase.Waiting).in(Phase.Waiting, "NodeNotReady", "not\u001b ready")))));

        assertThat(lines())
                .containsExactly(
                        "node-1   Succeeded",
                        "node-10  Waiting, NodeNotReady: not\\x1b ready",
                        "hello: 1/30 nodes done, 0 failed");
    }

    @Test
    void colorsAreLeftOutWhenNotWanted() throws Exception {
        List<ScriptRunner> runners = List.of(runner(List.of(node("node-1", Phase.Failed))));

        progress(80, 24, false).show(runners);
        assertThat(painted.toString(StandardCharsets.UTF_8)).doesNotContain("\u001b[31m");
        progress(80, 24, true).show(runners);
        assertThat(painted.toString(StandardCharsets.UTF_8)).contains("\u001b[31m");
    }

    @Test
    void whatDoesNotFitIsCountedAndLinesAreCut() throws Exception {
        List<NodeStatus> nodes = new ArrayList<>();
        for (int number = 0; number < 30; number++) {
            nodes.add(node("a-node-with-a-long-name-" + number, number == 29 ? Phase.Running : Phase.Succeeded));
        }
        LiveProgress progress = progress(30, 10, false);

        progress.show(List.of(runner(nodes)));

        assertThat(lines()).hasSizeLessThan(10).allMatch(line -> line.length() < 30);
        assertThat(lines().get(0)).startsWith("a-node-with-a-long-name-29");
        assertThat(lines()).contains("and 23 more");
    }

    @Test
    void theSecondsOfARunAreShown() throws Exception {
        NodeStatus running = new NodeStatus(
                "node-1",
                "id",
                Phase.Running,
                null,
                null,
                2,
                0,
                null,
                null,
                null,
                NOW.minus(Duration.ofSeconds(7)),
                null,
                null,
                null,
                List.of());
        LiveProgress progress = progress(80, 24, false);

        progress.show(List.of(runner(List.of(running))));

        assertThat(lines()).contains("node-1  Running  run 3, 7 s");
    }
}
