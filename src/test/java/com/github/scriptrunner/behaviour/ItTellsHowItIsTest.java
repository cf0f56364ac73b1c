package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.scriptrunner.Operator;
import com.github.scriptrunner.api.Phase;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.assertj.core.api.ThrowingConsumer;
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

/** Health, as whoever runs the operator asks for it. */
@Execution(ExecutionMode.CONCURRENT)
// one after the other, beside other classes
@ResourceLock("the door of this API server")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
@Tag("playground")
class ItTellsHowItIsTest {
    private static final Set<String> WATCHES =
            new TreeSet<>(Set.of("informer-nodes", "informer-pods", "informer-scriptrunners"));

    private final HttpClient http = HttpClient.newHttpClient();
    private final Doorkeeper door = new Doorkeeper();
    private PlaygroundCluster cluster;
    private TestNamespace namespace;

    /** What is down, by the name of its check, and what it says. */
    private record Health(int code, String status, Map<String, String> down) {}

    @BeforeAll
    void startCluster() throws Exception {
        cluster = PlaygroundCluster.start(door);
        cluster.defineScriptRunners();
    }

    @BeforeEach
    void startOperator() throws Exception {
        namespace = TestNamespace.create(cluster.client());
        cluster.startOperator(Map.of(
                "scriptrunner.stuckAfter", "1s", "scriptrunner.console", "routes", "scriptrunner.consolePort", "0"));
        // over plain HTTP, which is what this API server speaks, fabric8 knows a watch as open once it said something
        String node = namespace.addNode("a");
        namespace
                .create("first", Map.of("script", "print(1)", "nodeSelector", namespace.onOwnNodes()))
                .awaitNode(node, entry -> assertThat(entry.phase()).isEqualTo(Phase.Succeeded));
        awaitReady(health -> assertThat(health.code()).isEqualTo(200));
    }

    @AfterEach
    void stopOperator() {
        door.letIn();
        namespace.close();
        cluster.stopOperator();
    }

    @AfterAll
    void closeCluster() throws Exception {
        cluster.close();
    }

    @Test
    void aRefusedWatchIsNamedWithItsCauseUntilItIsAllowedAgain() {
        door.turnAway(request -> request.startsWith("GET /api/v1/pods?"), 403);

        Health down = awaitReady(health -> assertThat(health.down().getOrDefault("informer-pods", ""))
                .contains("There is no watch", "you may not"));

        assertThat(down.code()).isEqualTo(503);
        assertThat(down.status()).isEqualTo("DOWN");
        assertThat(down.down()).containsOnlyKeys("informer-pods");
        assertThat(health("live").code()).isEqualTo(200);
        Runner meanwhile = namespace.create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE));
        door.letIn();
        awaitReady(health -> assertThat(health.down()).isEmpty());
        meanwhile.awaitComplete();
    }

    @Test
    void anApiThatIsGoneLeavesItAliveAndNotReadyUntilItIsBack() {
        door.turnAway(request -> true, Doorkeeper.GONE);

        Health down = awaitReady(health -> assertThat(health.down()).containsOnlyKeys(WATCHES));

        assertThat(down.code()).isEqualTo(503);
        assertThat(health("live").code()).isEqualTo(200);
        door.letIn();
        awaitReady(health -> assertThat(health.code()).isEqualTo(200));
        namespace
                .create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE))
                .awaitComplete();
    }

    @Test
    void aWorkerThatIsStuckLeavesItNeitherReadyNorAlive() {
        door.turnAway(request -> request.startsWith("PATCH ") && request.contains("/status"), Doorkeeper.HANG);
        Runner runner = namespace.create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE));

        Health down = awaitReady(health -> assertThat(health.down()).containsOnlyKeys("workqueue-runners"));

        assertThat(down.code()).isEqualTo(503);
        assertThat(down.down().get("workqueue-runners"))
                .contains(runner.namespace() + "/" + runner.name() + " is being processed");
        assertThat(health("live").code()).isEqualTo(503);
        door.letIn();
        awaitReady(health -> assertThat(health.code()).isEqualTo(200));
        runner.awaitComplete();
    }

    @Test
    void aRouteThatSomebodyStoppedLeavesItAliveAndNotReady() throws Exception {
        inConsole("stop", "act");

        Runner runner = namespace.create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE));
        runner.await(status -> assertThat(status.nodes()).isNotEmpty());
        // longer than a key may be with a worker
        await().during(Duration.ofSeconds(3)).atMost(Runner.PATIENCE).untilAsserted(() -> {
            Health ready = health("ready");
            assertThat(ready.code()).isEqualTo(503);
            assertThat(ready.down()).containsOnly(Map.entry("consumer:act", "Route act has status Stopped"));
            assertThat(health("live").code()).isEqualTo(200);
        });
        inConsole("start", "act");
        awaitReady(health -> assertThat(health.code()).isEqualTo(200));
        runner.awaitComplete();
    }

    private void inConsole(String operation, String route) throws Exception {
        String origin = cluster.console().resolve("/").toString();
        HttpRequest question = HttpRequest.newBuilder(cluster.console().resolve("jolokia"))
                .header("Origin", origin.substring(0, origin.length() - 1))
                .POST(BodyPublishers.ofString("""
                        {"type": "exec", "operation": "%s()",
                         "mbean": "org.apache.camel:context=scriptrunner-operator,type=routes,name=\\"%s\\""}
                        """.formatted(operation, route)))
                .build();
        assertThat(http.send(question, BodyHandlers.ofString()).body()).contains("\"status\":200");
    }

    @Test
    void whereNothingIsDueItAsksForNothing() throws Exception {
        Runner runner =
                namespace.create(Map.of("script", "print(1)", "nodeSelector", namespace.onOwnNodes(), "runs", 2));
        runner.awaitComplete();
        namespace.awaitNoPods();
        String version = runner.resource().get().getMetadata().getResourceVersion();
        door.forget();

        // a fixed time, for it is what does not happen that counts: some tens of rounds of the queue
        List<String> requests = await().during(Duration.ofSeconds(12))
                .atMost(Duration.ofSeconds(20))
                .until(door::requests, asked -> true);

        assertThat(requests).allMatch(request -> request.contains("watch=true"));
        assertThat(runner.resource().get().getMetadata().getResourceVersion()).isEqualTo(version);
    }

    @Test
    void aPortThatIsTakenEndsTheStartWithASentence(@TempDir Path directory) throws Exception {
        Path said = directory.resolve("said");
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getByName("0.0.0.0"))) {
            ProcessBuilder operator = new ProcessBuilder(
                    Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                    "-XX:TieredStopAtLevel=1",
                    "-cp",
                    // without what the tests say of the log, which goes to a file
                    Stream.of(System.getProperty("java.class.path").split(File.pathSeparator))
                            .filter(entry -> !entry.endsWith("test-classes"))
                            .collect(Collectors.joining(File.pathSeparator)),
                    Operator.class.getName());
            operator.environment().put("KUBECONFIG", cluster.kubeconfig().toString());
            operator.environment().put("SCRIPTRUNNER_PORT", String.valueOf(other.getLocalPort()));
            Process process = operator.redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();

            boolean ended = process.waitFor(60, TimeUnit.SECONDS);
            process.destroyForcibly();

            assertThat(ended).isTrue();
            assertThat(process.exitValue()).isEqualTo(2);
            assertThat(Files.readAllLines(said, StandardCharsets.UTF_8))
                    .filteredOn(line -> !line.contains(" INFO "))
                    .singleElement()
                    .asString()
                    .endsWith(
                            "The operator cannot start: Port %d for health and metrics cannot be used: Address already in use. Set SCRIPTRUNNER_PORT to another."
                                    .formatted(other.getLocalPort()));
        }
    }

    private Health awaitReady(ThrowingConsumer<Health> assertions) {
        Health[] latest = new Health[1];
        await().atMost(Runner.PATIENCE).untilAsserted(() -> {
            latest[0] = health("ready");
            assertThat(latest[0]).satisfies(assertions);
        });
        return latest[0];
    }

    private Health health(String question) {
        try {
            var response = http.send(
                    HttpRequest.newBuilder(cluster.operator().resolve("/observe/health/" + question))
                            .build(),
                    BodyHandlers.ofString());
            JsonNode body = new ObjectMapper().readTree(response.body());
            Map<String, String> down = new TreeMap<>();
            for (JsonNode check : body.path("checks")) {
                if (check.path("status").asText().equals("DOWN")) {
                    down.put(check.path("name").asText(), check.path("message").asText());
                }
            }
            return new Health(response.statusCode(), body.path("status").asText(), down);
        } catch (IOException e) {
            throw new AssertionError(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new AssertionError(e);
        }
    }
}
