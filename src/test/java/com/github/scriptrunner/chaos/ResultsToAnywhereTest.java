package com.github.scriptrunner.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.scriptrunner.behaviour.PlaygroundCluster;
import com.github.scriptrunner.behaviour.Runner;
import com.github.scriptrunner.behaviour.TestNamespace;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Results are sent on to what answers, and to what does not; either way they are recorded as if nobody wanted them. */
@Tag("chaos")
class ResultsToAnywhereTest {
    private static final Duration OUTAGE = Duration.ofSeconds(Integer.getInteger("chaos.outage", 60));

    private static final int RUNNERS = 10;
    private static final int PERIOD_SECONDS = 12;
    /** As many as take four times as long as Kafka is away. */
    private static final int RUNS = (int) (4 * OUTAGE.toSeconds() / PERIOD_SECONDS);

    private static final int RESULTS = RUNNERS * Chaos.NODES.size() * RUNS;

    private static final String DROPPED = "scriptrunner_results_dropped_total";
    private static final Pattern SAID = Pattern.compile("(\\S+) run (\\d+) on (\\S+) was not published: ");

    @TempDir
    private Path directory;

    private PlaygroundCluster cluster;
    private Witnesses witnesses;
    private Path log;

    @BeforeEach
    void start() throws Exception {
        cluster = Chaos.cluster();
        witnesses = new Witnesses(cluster.client(), Files.createFile(directory.resolve("ran")));
    }

    @AfterEach
    void end() throws Exception {
        witnesses.close();
        cluster.close();
    }

    @Test
    void whileKafkaIsAwayResultsAreRecordedInTimeAndEachIsInItAfterwardsOrCountedAsDropped() throws Exception {
        try (KafkaBroker kafka = KafkaBroker.start("127.0.0.1", directory, Chaos.log("kafka.log"));
                OperatorProcess operator =
                        operator("results-to-kafka", Map.of("KAFKA_BROKERS", kafka.address()), KafkaBroker.CLIENT)) {
            kafka.awaitStarted();
            List<String> runners = IntStream.rangeClosed(1, RUNNERS)
                    .mapToObj(n -> "runner-" + n)
                    .toList();
            runners.forEach(runner -> witnesses.create(runner, RUNS, PERIOD_SECONDS, 0));
            long begun = System.nanoTime();
            await().atMost(Duration.ofMinutes(2))
                    .until(() -> witnesses.recorded().size() >= RESULTS / 5);

            int before = witnesses.recorded().size();
            kafka.kill();
            TimeUnit.NANOSECONDS.sleep(OUTAGE.toNanos());
            int during = witnesses.recorded().size() - before;
            kafka.start();
            witnesses.awaitComplete(runners);
            Duration took = Duration.ofNanos(System.nanoTime() - begun);

            for (String runner : runners) {
                witnesses.assertEachRunOnce(runner);
            }
            Set<String> recorded = witnesses.recorded();
            assertThat(recorded).hasSize(RESULTS);
            await().atMost(Duration.ofMinutes(2))
                    .pollInterval(Duration.ofSeconds(1))
                    .untilAsserted(() -> {
                        Set<String> accountedFor = inKafka(kafka);
                        accountedFor.addAll(saidToBeDropped());
                        assertThat(accountedFor).isEqualTo(recorded);
                    });
            Set<String> inKafka = inKafka(kafka);
            List<String> said = saidToBeDropped();
            List<Duration> delays = witnesses.delays();
            System.out.printf(
                    "%d results in %d s, %d while Kafka was away; in Kafka %d, dropped %d; until in the status: mostly %d ms, at most %d ms%n",
                    RESULTS,
                    took.toSeconds(),
                    during,
                    inKafka.size(),
                    said.size(),
                    delays.get(delays.size() / 2).toMillis(),
                    delays.get(delays.size() - 1).toMillis());
            assertThat(said)
                    .as("what was dropped is said once, and counted")
                    .doesNotHaveDuplicates()
                    .hasSize(operator.metric(DROPPED))
                    .isNotEmpty();
            assertThat(inKafka)
                    .as("Kafka has the last results")
                    .contains(recorded.stream()
                            .filter(result -> result.endsWith(" " + RUNS))
                            .toArray(String[]::new));
            assertThat(during)
                    .as("a quarter of those that were due while Kafka was away, at least")
                    .isGreaterThan((int) (RESULTS / RUNS * OUTAGE.toSeconds() / PERIOD_SECONDS / 4));
            assertThat(delays.get(delays.size() - 1))
                    .as("the longest that a result took into the status, less than Kafka was away")
                    .isLessThan(OUTAGE.dividedBy(2).plusSeconds(10));
        }
    }

    /** As {@link Witnesses#recorded}. */
    private static Set<String> inKafka(KafkaBroker kafka) throws Exception {
        Set<String> results = new HashSet<>();
        for (String keyAndValue : kafka.read("scriptrunner-results")) {
            String[] parts = keyAndValue.split(" ", 2);
            JsonNode value = new ObjectMapper().readTree(parts[1]);
            assertThat(parts[0])
                    .isEqualTo("%s/%s/%s"
                            .formatted(
                                    value.path("namespace").asText(),
                                    value.path("runner").asText(),
                                    value.path("node").asText()));
            results.add(parts[0] + " " + value.path("result").path("run"));
        }
        return results;
    }

    /** The same, by the operator's log. */
    private List<String> saidToBeDropped() throws IOException {
        List<String> results = new ArrayList<>();
        SAID.matcher(Files.readString(log))
                .results()
                .forEach(said -> results.add(said.group(1) + "/" + said.group(3) + " " + said.group(2)));
        return results;
    }

    @Test
    void aWebhookThatNeverAnswersDelaysNoResult() throws Exception {
        try (ServerSocket silent = new ServerSocket(0, 50, InetAddress.getLoopbackAddress());
                OperatorProcess operator =
                        operator("tell-a-webhook", Map.of("WEBHOOK_URL", "http://127.0.0.1:" + silent.getLocalPort()));
                TestNamespace namespace = TestNamespace.create(cluster.client())) {
            Runner runner = namespace.create(Map.of("script", "raise SystemExit(1)", "runs", 3));

            runner.awaitComplete();

            int results = 3 * Chaos.NODES.size();
            assertThat(operator.metric(DROPPED))
                    .as("given up by then: each takes five seconds")
                    .isLessThan(results / 2);
            await().atMost(Duration.ofSeconds(30)).until(() -> operator.metric(DROPPED) > 1);
        }
    }

    @Test
    void aFileIsWrittenByTheJarAsItIs() throws Exception {
        Path results = Files.createDirectory(directory.resolve("results"));
        try (OperatorProcess unused = operator("results-to-files", Map.of("RESULTS_DIRECTORY", results.toString()))) {
            witnesses.create("hello", 1, 0, 0);

            witnesses.awaitComplete(List.of("hello"));

            await().untilAsserted(() -> {
                try (Stream<Path> files = Files.list(results)) {
                    assertThat(Files.readAllLines(files.findFirst().orElseThrow()))
                            .hasSameSizeAs(Chaos.NODES);
                }
            });
        }
    }

    private OperatorProcess operator(String routes, Map<String, String> settings, Path... extra) throws Exception {
        log = Chaos.log(routes + ".log");
        Map<String, String> all = new HashMap<>(settings);
        all.put("SCRIPTRUNNER_ROUTES", "examples/routes/" + routes);
        OperatorProcess operator = OperatorProcess.start(cluster.kubeconfig(), log, all, extra);
        operator.awaitReady();
        return operator;
    }
}
