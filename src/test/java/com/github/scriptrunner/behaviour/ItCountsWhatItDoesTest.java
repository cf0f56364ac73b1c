package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Event;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/** Metrics and Events, after one runner succeeded twice and another failed. */
@Execution(ExecutionMode.CONCURRENT)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
@Timeout(120)
class ItCountsWhatItDoesTest {
    /** What {@code .ci/checks} has promtool look at. */
    private static final Path SAMPLE = Path.of("target/metrics.prom");

    /** All labels there are, so that none comes whose values grow with the cluster. */
    private static final Set<String> LABELS =
            Set.of("outcome", "result", "le", "name", "informer", "method", "code", "area", "id", "state");

    private PlaygroundCluster cluster;
    private TestNamespace namespace;
    private String metrics;

    @BeforeAll
    void runSome() throws Exception {
        cluster = PlaygroundCluster.start();
        cluster.defineScriptRunners();
        cluster.startOperator();
        namespace = TestNamespace.create(cluster.client());
        namespace
                .create("fine", Map.of("script", "print(1)", "runs", 2, "nodeSelector", ON_ONE_NODE))
                .awaitComplete();
        namespace
                .create("bad", Map.of("script", "raise SystemExit(3)", "nodeSelector", ON_ONE_NODE))
                .awaitComplete();
        // the answer to a write is counted after what it wrote can be seen
        await().untilAsserted(() -> assertThat(scrape()).contains("scriptrunner_runs_total{outcome=\"Failed\"} 1.0"));
        metrics = scrape();
        Files.createDirectories(SAMPLE.getParent());
        Files.writeString(SAMPLE, metrics);
    }

    @AfterAll
    void stop() throws Exception {
        namespace.close();
        cluster.close();
    }

    @Test
    void eachResultIsCountedOnce() {
        assertThat(value("scriptrunner_runs_total{outcome=\"Succeeded\"}")).isEqualTo(2);
        assertThat(value("scriptrunner_runs_total{outcome=\"Failed\"}")).isEqualTo(1);
        assertThat(value("scriptrunner_runs_total{outcome=\"Lost\"}")).isZero();
        assertThat(value("scriptrunner_run_duration_seconds_count")).isEqualTo(3);
    }

    @Test
    void itsOwnWorkIsMeasured() {
        assertThat(value("scriptrunner_status_writes_total{result=\"written\"}"))
                .isGreaterThanOrEqualTo(5);
        assertThat(value("scriptrunner_status_write_duration_seconds_count")).isGreaterThanOrEqualTo(5);
        assertThat(value("workqueue_adds_total{name=\"runners\"}")).isPositive();
        assertThat(value("workqueue_work_duration_seconds_count{name=\"runners\"}"))
                .isPositive();
        assertThat(value("rest_client_requests_total{code=\"201\",method=\"POST\"}"))
                .isPositive();
        assertThat(value("informer_up{informer=\"pods\"}")).isEqualTo(1);
        assertThat(value("informer_starts_total{informer=\"pods\"}")).isEqualTo(1);
    }

    @Test
    void noLabelGrowsWithTheCluster() {
        Set<String> labels = Pattern.compile("[{,]([a-z_]+)=\"")
                .matcher(metrics)
                .results()
                .map(match -> match.group(1))
                .collect(Collectors.toSet());

        assertThat(labels).isNotEmpty().isSubsetOf(LABELS);
        assertThat(metrics).doesNotContain("node-1", namespace.name());
    }

    @Test
    void aFailedRunAndACompletionAreToldAsEvents() {
        await().untilAsserted(() -> {
            List<Event> events = cluster.client()
                    .v1()
                    .events()
                    .inNamespace(namespace.name())
                    .withField("involvedObject.name", "bad")
                    .list()
                    .getItems();
            assertThat(events)
                    .extracting(Event::getReason, Event::getMessage)
                    .containsExactlyInAnyOrder(
                            tuple("RunFailed", "run 1 on node-1: Failed, exit code 3"),
                            tuple("Completed", "1/1 nodes done, 1 failed"));
        });
    }

    private double value(String sample) {
        return metrics.lines()
                .filter(line -> line.startsWith(sample + " "))
                .mapToDouble(line -> Double.parseDouble(line.substring(sample.length() + 1)))
                .findFirst()
                .orElseThrow(() -> new AssertionError(sample + " is missing in\n" + metrics));
    }

    private String scrape() throws Exception {
        URI address = cluster.operator().resolve("/observe/metrics");
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(address).build(), BodyHandlers.ofString())
                .body();
    }
}
