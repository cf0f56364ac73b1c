package com.github.scriptrunner.chaos;

import com.github.scriptrunner.behaviour.PlaygroundCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** SIGKILL and SIGSTOP at random moments, while each runner has 5 nodes run 5 times. */
@Tag("chaos")
class KilledOperatorTest {
    private static final int KILLS = Integer.getInteger("chaos.kills", 20);
    private static final int STOPS = Integer.getInteger("chaos.stops", 1);

    /** While the pods go on. */
    private static final int STOPPED_SECONDS = 30;

    private final Random random = Chaos.random();

    @Test
    void everyRunHappensOnceAndIsRecordedOnce(@TempDir Path directory) throws Exception {
        Path log = Chaos.log("killed-operator.log");
        try (PlaygroundCluster cluster = Chaos.cluster();
                Witnesses witnesses = new Witnesses(cluster.client(), Files.createFile(directory.resolve("ran")))) {
            Set<Integer> stops = new HashSet<>();
            while (stops.size() < Math.min(STOPS, KILLS)) {
                stops.add(random.nextInt(KILLS));
            }
            Rounds rounds = Rounds.begin(witnesses, random, 0);
            for (int kill = 0; kill < KILLS; kill++) {
                OperatorProcess operator = OperatorProcess.start(cluster.kubeconfig(), log);
                liveForAWhile(operator);
                if (stops.contains(kill)) {
                    sleepInTheMiddle(operator);
                }
                operator.kill();
                rounds.nextWhenComplete();
            }
            try (OperatorProcess unused = OperatorProcess.start(cluster.kubeconfig(), log)) {
                System.out.printf("%d kills, %d stops, %d rounds%n", KILLS, stops.size(), rounds.end());
            }
        }
    }

    /** One in four dies before it is ready; of the others most die in their first second, when there is most to do. */
    private void liveForAWhile(OperatorProcess operator) throws Exception {
        boolean becomesReady = random.nextInt(4) > 0;
        double share = random.nextDouble();
        if (becomesReady) {
            operator.awaitReady();
        }
        TimeUnit.MILLISECONDS.sleep((long) (becomesReady ? 3_000 * share * share : 2_500 * share));
    }

    /** No other takes over meanwhile: who may do that is a matter of the lease. */
    private void sleepInTheMiddle(OperatorProcess operator) throws Exception {
        operator.stop();
        TimeUnit.SECONDS.sleep(STOPPED_SECONDS);
        operator.resume();
        TimeUnit.MILLISECONDS.sleep(random.nextInt(5_000));
    }
}
