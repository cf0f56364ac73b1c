package com.github.scriptrunner.chaos;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/** Runners that are replaced by new ones once all of them are complete, so that there is always something to do. */
final class Rounds {
    private static final int RUNNERS = Integer.getInteger("chaos.runners", 8);
    private static final int RUNS = 5;

    private final Witnesses witnesses;
    private final Random random;
    private final int leastPeriodSeconds;
    private int round;
    private List<String> runners;

    private Rounds(Witnesses witnesses, Random random, int leastPeriodSeconds) {
        this.witnesses = witnesses;
        this.random = random;
        this.leastPeriodSeconds = leastPeriodSeconds;
    }

    /** @param leastPeriodSeconds between two runs, and within which all begin; with 0 the processors have no rest */
    static Rounds begin(Witnesses witnesses, Random random, int leastPeriodSeconds) {
        Rounds rounds = new Rounds(witnesses, random, leastPeriodSeconds);
        rounds.create();
        return rounds;
    }

    private void create() {
        round++;
        runners = new ArrayList<>();
        for (int number = 1; number <= RUNNERS; number++) {
            String name = "round-%d-%d".formatted(round, number);
            witnesses.create(
                    name,
                    RUNS,
                    random.nextInt(leastPeriodSeconds + 1),
                    leastPeriodSeconds + random.nextInt(10),
                    random.nextInt(1_500));
            runners.add(name);
        }
    }

    void nextWhenComplete() throws Exception {
        if (runners.stream().allMatch(witnesses::isComplete)) {
            conclude();
            create();
        }
    }

    /** How many rounds there were, once the last one is complete and nothing of any is left. */
    int end() throws Exception {
        witnesses.awaitComplete(runners);
        conclude();
        witnesses.awaitNothingLeft();
        return round;
    }

    private void conclude() throws Exception {
        for (String runner : runners) {
            witnesses.assertEachRunOnce(runner);
        }
        runners.forEach(witnesses::delete);
    }
}
