package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.condition;
import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.Runner.runs;
import static com.github.scriptrunner.behaviour.TestNamespace.onNodes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import com.sun.net.httpserver.HttpServer;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** Each folder of {@code examples/routes}, and that every run still happens once and is recorded once. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@Tag("playground")
class ChangedRoutesTest {
    /** No time of the day is as late as that. */
    private static final Map<String, String> CLOSED = Map.of("maintenance.begins", "2400", "maintenance.ends", "2400");

    private static final Map<String, String> OPEN = Map.of("maintenance.begins", "0000", "maintenance.ends", "2400");

    private PlaygroundCluster cluster;
    private TestNamespace namespace;
    private HttpServer service;

    /** A line for each run: its node and its number. */
    private Path ran;

    @BeforeAll
    void startCluster() throws Exception {
        cluster = PlaygroundCluster.start();
        cluster.defineScriptRunners();
    }

    @BeforeEach
    void createNamespace(@TempDir Path directory) throws Exception {
        namespace = TestNamespace.create(cluster.client());
        ran = Files.createFile(directory.resolve("ran"));
        service = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        service.start();
    }

    @AfterEach
    void stop() {
        namespace.close();
        cluster.stopOperator();
        service.stop(0);
    }

    @AfterAll
    void closeCluster() throws Exception {
        cluster.close();
    }

    @Test
    void outsideOfItsMaintenanceWindowNothingBegins() throws Exception {
        start("only-in-a-maintenance-window", CLOSED);
        Runner runner = create("print(1)");
        awaitWorkedOn();
        assertThat(runner.status().nodes()).isEmpty();
        assertThat(runner.pods()).isEmpty();
        cluster.stopOperator();

        start("only-in-a-maintenance-window", OPEN);

        assertEachRunOnce(runner.awaitComplete());
    }

    @Test
    void whatBeganInItsMaintenanceWindowEndsAlsoAfterIt() throws Exception {
        try (Gate gate = Gate.closed()) {
            start("only-in-a-maintenance-window", OPEN);
            Runner runner = create(gate.script());
            runner.await(status -> assertThat(status.nodes())
                    .hasSize(2)
                    .extracting(NodeStatus::phase)
                    .containsOnly(Phase.Running));
            cluster.stopOperator();
            start("only-in-a-maintenance-window", CLOSED);

            gate.open();

            assertEachRunOnce(runner.awaitComplete());
        }
    }

    @Test
    void aServiceIsAskedBeforeEachNode() throws Exception {
        Set<String> allowed = ConcurrentHashMap.newKeySet();
        List<String> asked = new CopyOnWriteArrayList<>();
        service.createContext("/", exchange -> {
            String query = exchange.getRequestURI().getQuery();
            asked.add(query);
            boolean isAllowed = allowed.stream().anyMatch(node -> query.contains("node=" + node + "&"));
            exchange.sendResponseHeaders(isAllowed ? 204 : 403, -1);
            exchange.close();
        });
        allowed.add("node-2");
        start("ask-before-each-node", Map.of("permission.url", url("/may-run")));
        Runner runner = create("print(1)");
        runner.awaitNode("node-2", node -> assertThat(node.phase()).isEqualTo(Phase.Succeeded));
        NodeStatus refused =
                runner.awaitNode("node-1", node -> assertThat(node.message()).contains("403"));
        assertThat(refused.phase()).isEqualTo(Phase.Waiting);
        assertThat(Files.readAllLines(ran)).containsExactly("node-2 1");

        allowed.add("node-1");

        assertEachRunOnce(runner.awaitComplete());
        assertThat(asked).contains("node=node-1&namespace=%s&runner=runner".formatted(namespace.name()));
    }

    @Test
    void statusesAreWrittenMoreSlowly() throws Exception {
        start("slower-status-writes", Map.of());

        Runner runner = create("print(1)");

        ScriptRunnerStatus status = runner.awaitComplete();
        assertEachRunOnce(status);
        // the first write is before the start; half of the ten seconds is left for a slow machine
        Instant complete = Instant.parse(condition(status, "Complete").getLastTransitionTime());
        assertThat(complete).isAfter(latest(node(status, "node-1")).startTime().plusSeconds(5));
    }

    @Test
    void linesThatMatchAPatternAreNotStored() throws Exception {
        start("redact-output", Map.of());

        Runner runner = create("print('user=me\\nPass' + 'word: hun' + 'ter2\\ndone')");

        ScriptRunnerStatus status = runner.awaitComplete();
        assertEachRunOnce(status);
        assertThat(latest(node(status, "node-1")).stdout()).isEqualTo("user=me\ndone\n");
        assertThat(status.toString()).doesNotContain("hunter2");
    }

    @Test
    void aWebhookIsToldOfARunThatFailed() throws Exception {
        List<String> told = new CopyOnWriteArrayList<>();
        service.createContext("/hook", exchange -> {
            told.add(exchange.getRequestMethod() + " "
                    + exchange.getRequestHeaders().getFirst("Content-Type") + " "
                    + new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8));
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
        });
        start("tell-a-webhook", Map.of("webhook.url", url("/hook")));

        Runner runner = create("raise SystemExit(os.environ['NODE_NAME'] == 'node-1')");

        assertEachRunOnce(runner.awaitComplete());
        await().untilAsserted(() -> assertThat(told)
                .containsExactly("POST application/json {\"text\": \"%s/runner: run 1 on node-1: Failed\"}"
                        .formatted(namespace.name())));
    }

    @Test
    void eachResultIsALineOfAFile(@TempDir Path results) throws Exception {
        start("results-to-files", Map.of("results.directory", results.toString()));

        Runner runner = create("print('two\\nlines')");

        assertEachRunOnce(runner.awaitComplete());
        await().untilAsserted(() -> {
            try (Stream<Path> files = Files.list(results)) {
                assertThat(files)
                        .singleElement()
                        .satisfies(file -> assertThat(file.getFileName().toString())
                                .matches("results-\\d{4}-\\d\\d-\\d\\d\\.jsonl"))
                        .satisfies(file -> assertThat(Files.readAllLines(file))
                                .hasSize(2)
                                .anySatisfy(line -> assertThat(line)
                                        .startsWith("{")
                                        .contains("\"node\":\"node-1\"", "\"stdout\":\"two\\nlines\\n\"")
                                        .endsWith("}")));
            }
        });
    }

    private void start(String change, Map<String, String> settings) throws Exception {
        Map<String, String> all = new HashMap<>(settings);
        all.put("scriptrunner.routes", "examples/routes/" + change);
        cluster.startOperator(all);
    }

    private String url(String path) {
        return "http://127.0.0.1:" + service.getAddress().getPort() + path;
    }

    private Runner create(String script) {
        return namespace.create(
                Map.of("nodeSelector", onNodes("node-1", "node-2"), "script", """
                import os
                with open("%s", "a") as ran:
                    ran.write(os.environ["NODE_NAME"] + " " + os.environ["SCRIPTRUNNER_RUN"] + "\\n")
                """.formatted(ran) + script));
    }

    private void assertEachRunOnce(ScriptRunnerStatus status) throws Exception {
        assertThat(status.nodes()).hasSize(2).allSatisfy(node -> {
            assertThat(runs(node)).containsExactly(1);
            assertThat(node.completedRuns()).isEqualTo(1);
        });
        assertThat(Files.readAllLines(ran)).containsExactlyInAnyOrder("node-1 1", "node-2 1");
    }

    /** Until the queue has handed the runner out and taken it back. */
    private void awaitWorkedOn() {
        HttpRequest metrics = HttpRequest.newBuilder(cluster.operator().resolve("/observe/metrics"))
                .build();
        await().untilAsserted(() -> assertThat(HttpClient.newHttpClient()
                        .send(metrics, BodyHandlers.ofString())
                        .body())
                .containsPattern("workqueue_work_duration_seconds_count\\{.*} [1-9]"));
    }
}
