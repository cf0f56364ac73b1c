package com.github.scriptrunner.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.behaviour.PlaygroundCluster;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An API that answers badly, to the operator alone. */
@Tag("chaos")
class FaultyApiTest {
    private static final Duration DURATION = Duration.ofMinutes(Integer.getInteger("chaos.minutes", 1));
    private static final int RUNNERS = 5;
    private static final int RUNS = 3;

    /** Of a quarter. */
    private static final int SAMPLES = 3;

    /** From the second quarter to the last; in the first minutes what is needed once is still being made. */
    private static final double MOST_GROWTH = DURATION.compareTo(Duration.ofMinutes(10)) < 0 ? 1.5 : 1.1;

    /** Readiness may hold its tongue for a moment, for watches come and go; this is twice as long. */
    private static final Duration NOTICED_WITHIN = Duration.ofSeconds(12);

    private final Random random = Chaos.random();
    private PlaygroundCluster cluster;
    private FaultyApi api;
    private OperatorProcess operator;
    private Witnesses witnesses;
    private int created;

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        cluster = Chaos.cluster();
        api = FaultyApi.start(directory, cluster.kubeconfig(), random, Chaos.log("faults.log"));
        operator = OperatorProcess.start(api.kubeconfig(), Chaos.log("operator-of-faulty-api.log"));
        operator.awaitReady();
        witnesses = new Witnesses(cluster.client(), Files.createFile(directory.resolve("ran")));
        witnesses.create("on-a-good-day", 1, 0, 1_000);
        witnesses.awaitComplete(List.of("on-a-good-day"));
        witnesses.delete("on-a-good-day");
    }

    @AfterEach
    void end() throws Exception {
        witnesses.close();
        operator.close();
        api.close();
        cluster.close();
    }

    @Test
    void readinessSaysWhichWatchIsRefusedUntilItIsNot() {
        api.refuseWatches("pods");

        await().atMost(Duration.ofSeconds(30)).untilAsserted(() -> {
            HttpResponse<String> readiness = operator.readiness();
            assertThat(readiness.statusCode()).isEqualTo(503);
            assertThat(readiness.body())
                    .contains("{\"name\":\"informer-pods\",\"status\":\"DOWN\"")
                    .doesNotContain("informer-nodes");
        });
        api.allowWatches();
        operator.awaitReady();
    }

    @Test
    void everyRunHappensOnceAndIsRecordedOnceAndNothingPilesUp() throws Exception {
        List<Long> live = new ArrayList<>();
        List<String> runners = new ArrayList<>();
        Instant start = Instant.now();
        api.setFaulty(true);
        while (live.size() < 4 * SAMPLES) {
            replaceComplete(runners);
            assertThatReadinessSaysWhatIsMissing();
            if (Instant.now()
                    .isAfter(start.plus(DURATION.multipliedBy(live.size() + 1L).dividedBy(4 * SAMPLES)))) {
                live.add(operator.liveBytes());
            }
            TimeUnit.SECONDS.sleep(1);
        }
        api.setFaulty(false);
        witnesses.awaitComplete(runners);
        for (String runner : runners) {
            witnesses.assertEachRunOnce(runner);
            witnesses.delete(runner);
        }
        operator.awaitReady();
        witnesses.awaitNothingLeft();
        System.out.printf("%d runners, live bytes %s%n", created, live);
        assertThat(average(live, 3)).isLessThan(MOST_GROWTH * average(live, 1));
    }

    private void replaceComplete(List<String> runners) throws Exception {
        for (String runner : List.copyOf(runners)) {
            if (witnesses.isComplete(runner)) {
                witnesses.assertEachRunOnce(runner);
                witnesses.delete(runner);
                runners.remove(runner);
            }
        }
        while (runners.size() < RUNNERS) {
            String name = "runner-" + ++created;
            witnesses.create(name, RUNS, random.nextInt(4), random.nextInt(1_000));
            runners.add(name);
        }
    }

    private void assertThatReadinessSaysWhatIsMissing() throws Exception {
        String said = operator.readiness().body();
        for (String kind : List.of("scriptrunners", "nodes", "pods")) {
            // asked last: a watch that came back meanwhile is not missing
            if (api.withoutWatch(kind).compareTo(NOTICED_WITHIN) > 0) {
                assertThat(said).contains("{\"name\":\"informer-%s\",\"status\":\"DOWN\"".formatted(kind));
            }
        }
    }

    private static double average(List<Long> live, int quarter) {
        return live.subList(quarter * SAMPLES, (quarter + 1) * SAMPLES).stream()
                .mapToLong(Long::longValue)
                .average()
                .orElseThrow();
    }
}
