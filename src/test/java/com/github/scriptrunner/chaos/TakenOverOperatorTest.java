package com.github.scriptrunner.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.behaviour.PlaygroundCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two operators of which the leader goes, again and again, while each runner has 5 nodes run 5 times. */
@Tag("chaos")
class TakenOverOperatorTest {
    private static final int TAKE_OVERS = Integer.getInteger("chaos.takeovers", 6);

    /** With less, two processors are so busy with scripts that a clean stop takes longer than its bound. */
    private static final int PERIOD_SECONDS = 30;

    /** How a leader goes, and within which time the other has to lead. */
    private enum Way {
        STOPPED_CLEANLY(Duration.ofSeconds(3)),
        KILLED(Duration.ofSeconds(20)),
        /** It wakes up once another leads, and believes that it still does. */
        STOOD_STILL(Duration.ofSeconds(20));

        final Duration bound;

        Way(Duration bound) {
            this.bound = bound;
        }
    }

    private final Random random = Chaos.random();
    private final Map<Way, Duration> longest = new EnumMap<>(Way.class);

    @Test
    void everyRunHappensOnceAndIsRecordedOnce(@TempDir Path directory) throws Exception {
        Path log = Chaos.log("taken-over-operator.log");
        List<OperatorProcess> operators = new ArrayList<>();
        try (PlaygroundCluster cluster = Chaos.cluster();
                Witnesses witnesses = new Witnesses(cluster.client(), Files.createFile(directory.resolve("ran")))) {
            Rounds rounds = Rounds.begin(witnesses, random, PERIOD_SECONDS);
            OperatorProcess leader = OperatorProcess.startReplica(cluster.kubeconfig(), log);
            operators.add(leader);
            leader.awaitReady();
            for (int takeOver = 0; takeOver < TAKE_OVERS; takeOver++) {
                OperatorProcess other = OperatorProcess.startReplica(cluster.kubeconfig(), log);
                operators.add(other);
                other.awaitReady();
                awaitLeads(leader);
                TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));

                takeOver(Way.values()[takeOver % Way.values().length], leader, other);

                leader = other;
                rounds.nextWhenComplete();
            }
            System.out.printf("%d take-overs, %d rounds, the longest: %s%n", TAKE_OVERS, rounds.end(), longest);
        } finally {
            operators.forEach(OperatorProcess::close);
        }
    }

    private void takeOver(Way way, OperatorProcess leader, OperatorProcess other) throws Exception {
        long before = System.nanoTime();
        switch (way) {
            case STOPPED_CLEANLY -> leader.terminate();
            case KILLED -> leader.kill();
            case STOOD_STILL -> leader.stop();
        }
        awaitLeads(other);
        Duration took = Duration.ofNanos(System.nanoTime() - before);
        longest.merge(way, took, (one, another) -> one.compareTo(another) > 0 ? one : another);
        if (way == Way.STOOD_STILL) {
            TimeUnit.MILLISECONDS.sleep(random.nextInt(2_000));
            leader.resume();
            assertThat(leader.awaitExit()).as("its exit code").isEqualTo(1);
        }
        assertThat(took).as("the time until another led after one was %s", way).isLessThan(way.bound);
    }

    private static void awaitLeads(OperatorProcess operator) {
        await().atMost(Duration.ofMinutes(1))
                .pollInterval(Duration.ofMillis(50))
                .until(operator::isLeader);
    }
}
