package com.github.scriptrunner.camel.workqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class WorkQueueTest {
    private Duration now = Duration.ofDays(1);
    private final WorkQueue queue = new WorkQueue(() -> now.toNanos());

    @BeforeEach
    void handsOutAtAnyRate() {
        open("0s");
    }

    @Nested
    class Coalescing {
        @Test
        void aKeyThatWaitsIsOneKey() {
            queue.add("a");
            queue.add("a");
            queue.add("a");

            assertThat(takeAll()).containsExactly("a");
        }

        @Test
        void theEarliestTimeOfAKeyWins() {
            queue.addAfter("a", seconds(30));
            queue.addAfter("a", seconds(10));
            queue.addAfter("a", seconds(20));

            assertThat(nextHandOuts(60)).containsExactly("10 a");
        }

        @Test
        void aKeyAddedWhileItIsProcessedComesAgainAfterwards() {
            queue.add("a");
            queue.poll();
            queue.add("a");
            queue.add("a");

            assertThat(queue.poll()).as("while it is with a worker").isEmpty();
            queue.succeeded("a");
            assertThat(takeAll()).containsExactly("a");
        }

        @Test
        void aKeyNotAddedAgainIsDone() {
            queue.add("a");
            queue.poll();

            queue.succeeded("a");

            assertThat(nextHandOuts(3600)).isEmpty();
            assertThat(queue.state()).returns(0, WorkQueue.State::waiting).returns(0, WorkQueue.State::processing);
        }

        @Test
        void aNegativeDelayIsNow() {
            queue.addAfter("a", seconds(-5));

            assertThat(takeAll()).containsExactly("a");
        }

        @Test
        void aDelayBeyondAllTimeIsALongOne() {
            queue.addAfter("a", Duration.ofSeconds(Long.MAX_VALUE));

            assertThat(nextHandOuts(10_000)).isEmpty();
        }
    }

    @Test
    void itIsIdleOnceNoKeyIsWithAWorker() throws InterruptedException {
        queue.open(new WorkQueue.Pace(Duration.ZERO, Duration.ZERO, Duration.ZERO));
        queue.add("a");
        queue.add("b");
        assertThat(queue.poll()).contains("a");
        queue.close();
        assertThat(queue.awaitIdle(Duration.ZERO)).isFalse();

        queue.succeeded("a");

        assertThat(queue.awaitIdle(Duration.ZERO)).isTrue();
        assertThat(queue.poll()).as("b waits for the next start").isEmpty();
    }

    /** On a busy machine a thread may stand still between two looks at the clock. */
    @Test
    void aKeyThatComesDueWhileAWorkerLiesDownIsHandedOut() throws InterruptedException {
        WorkQueue slow = new WorkQueue(() -> {
            now = now.plusMillis(100);
            return now.toNanos();
        });
        slow.open(new WorkQueue.Pace(Duration.ZERO, Duration.ZERO, Duration.ZERO));
        slow.addAfter("a", Duration.ofMillis(150));

        assertThat(slow.take()).contains("a");
    }

    @Nested
    class Order {
        @Test
        void firstComeFirstServed() {
            queue.add("c");
            queue.add("a");
            queue.add("b");

            assertThat(takeAll()).containsExactly("c", "a", "b");
        }

        @Test
        void theOneThatIsDueForTheLongestGoesFirst() {
            queue.addAfter("late", seconds(2));
            queue.addAfter("early", seconds(1));
            pass(3);
            queue.add("new");

            assertThat(takeAll()).containsExactly("early", "late", "new");
        }

        @Test
        void aBusyKeyStarvesNobody() {
            queue.add("busy");
            queue.add("patient");
            queue.poll();
            queue.add("busy");
            pass(10);
            queue.add("later");

            queue.succeeded("busy");

            assertThat(takeAll()).containsExactly("patient", "later", "busy");
        }
    }

    @Nested
    class Interval {
        @BeforeEach
        void oneHandOutInTenSeconds() {
            open("10s");
        }

        @Test
        void theFirstEventGoesOutAtOnce() {
            queue.add("a");

            assertThat(takeAll()).containsExactly("a");
        }

        @Test
        void eventsWithinTheIntervalAreOneHandOutAtItsEnd() {
            queue.add("a");
            process("a");
            pass(3);
            queue.add("a");
            queue.add("a");

            assertThat(nextHandOuts(60)).containsExactly("7 a");
        }

        @Test
        void itCountsFromTheHandOutNotFromItsEnd() {
            queue.add("a");
            queue.poll();
            pass(8);
            queue.add("a");
            queue.succeeded("a");

            assertThat(nextHandOuts(60)).containsExactly("2 a");
        }

        @Test
        void anEventAfterTheIntervalGoesOutAtOnce() {
            queue.add("a");
            process("a");
            pass(10);
            queue.add("a");

            assertThat(takeAll()).containsExactly("a");
        }

        @Test
        void itHoldsForRequeuesAndFailuresToo() {
            queue.add("soon");
            queue.add("failed");
            takeAll();
            queue.succeeded("soon", seconds(1));
            queue.failed("failed");

            assertThat(nextHandOuts(60)).containsExactly("10 soon", "10 failed");
        }

        @Test
        void oneKeyDoesNotHoldBackAnother() {
            queue.add("a");
            process("a");
            queue.add("a");
            queue.add("b");

            assertThat(takeAll()).containsExactly("b");
        }
    }

    @Nested
    class Failures {
        @ParameterizedTest
        @CsvSource({"1,1", "2,2", "3,4", "4,8", "6,32", "7,60", "8,60", "1000,60"})
        void theBackoffDoublesUpToItsLimit(int failures, int expectedSeconds) {
            Duration delay = fail("a", failures);

            assertThat(delay).isEqualTo(seconds(expectedSeconds));
        }

        @Test
        void theSameKeyComesAgainAfterItsBackoff() {
            fail("a", 3);

            assertThat(nextHandOuts(60)).containsExactly("4 a");
            assertThat(queue.failures("a")).isEqualTo(3);
        }

        @Test
        void successForgetsThem() {
            fail("a", 3);
            pass(60);
            process("a");

            assertThat(queue.failures("a")).isZero();
            assertThat(fail("a", 1)).isEqualTo(seconds(1));
        }

        @Test
        void theyAreCountedForEachKey() {
            fail("a", 5);

            assertThat(fail("b", 1)).isEqualTo(seconds(1));
        }

        @Test
        void anEventDoesNotWaitForTheBackoff() {
            fail("a", 6);
            queue.add("a");

            assertThat(takeAll()).containsExactly("a");
        }

        @Test
        void anEventThatCameMeanwhileIsNotHeldBack() {
            queue.add("a");
            queue.poll();
            queue.add("a");

            Duration delay = queue.failed("a");

            assertThat(delay).isZero();
            assertThat(takeAll()).containsExactly("a");
        }
    }

    @Nested
    class RequeueAfter {
        @Test
        void theKeyComesAgainAfterIt() {
            queue.add("a");
            queue.poll();

            queue.succeeded("a", seconds(5));

            assertThat(nextHandOuts(60)).containsExactly("5 a");
        }

        @Test
        void anEarlierEventWins() {
            queue.add("a");
            queue.poll();
            queue.succeeded("a", seconds(50));
            pass(1);
            queue.addAfter("a", seconds(2));

            assertThat(nextHandOuts(60)).containsExactly("2 a");
        }

        @Test
        void anEventWhileItWasProcessedWins() {
            queue.add("a");
            queue.poll();
            queue.add("a");

            queue.succeeded("a", seconds(50));

            assertThat(takeAll()).containsExactly("a");
        }
    }

    @Nested
    class OpenAndClosed {
        @Test
        void aClosedQueueKeepsItsKeysForTheNextStart() {
            queue.close();
            queue.add("a");
            assertThat(takeAll()).isEmpty();

            open("0s");

            assertThat(takeAll()).containsExactly("a");
        }

        @Test
        void whoWaitsForAKeyLeavesWhenItIsClosed() throws InterruptedException {
            queue.close();

            assertThat(queue.take()).isEmpty();
        }

        @Test
        void aKeyInFlightStaysWithItsWorkerThroughCloseAndOpen() {
            queue.add("a");
            queue.poll();
            queue.close();
            queue.add("a");

            open("0s");

            assertThat(takeAll()).isEmpty();
        }

        @Test
        void whatNobodyHoldsCannotEnd() {
            assertThatThrownBy(() -> queue.succeeded("a")).hasMessage("'a' is not being processed");
        }
    }

    @Nested
    class WhatIsSeen {
        @Test
        void anIdleQueueIsEmpty() {
            assertThat(queue.state().oldest()).isEmpty();
        }

        @Test
        void keysAreCountedByWhatTheyDo() {
            queue.add("works");
            queue.poll();
            fail("retries", 1);
            queue.add("waits");

            assertThat(queue.state())
                    .returns(2, WorkQueue.State::waiting)
                    .returns(1, WorkQueue.State::processing)
                    .returns(1, WorkQueue.State::retrying);
        }

        @Test
        void theOldestIsTheOneThatWaitsOrWorksForTheLongest() {
            queue.add("works");
            queue.poll();
            pass(5);
            queue.add("waits");
            pass(2);

            assertThat(queue.state().oldest()).contains(new WorkQueue.Aged("works", seconds(7)));
            queue.succeeded("works");
            assertThat(queue.state().oldest()).contains(new WorkQueue.Aged("waits", seconds(2)));
        }

        @Test
        void whatIsNotDueYetHasNoAge() {
            queue.addAfter("a", seconds(10));
            pass(9);

            assertThat(queue.state().oldest()).isEmpty();
        }
    }

    /** Random events, workers and failures against the rules that must always hold. */
    @Test
    void noKeyIsLostDoubledOrTooEarlyWhateverHappens() {
        long seed = System.nanoTime();
        System.out.println("seed " + seed);
        Random random = new Random(seed);
        open("4s");
        Deque<String> held = new ArrayDeque<>();
        Map<String, Duration> lastHandOut = new HashMap<>();
        for (int step = 0; step < 20_000; step++) {
            String key = "k" + random.nextInt(8);
            switch (random.nextInt(5)) {
                case 0 -> queue.add(key);
                case 1 -> queue.addAfter(key, seconds(random.nextInt(20)));
                case 2 -> pass(random.nextInt(3));
                case 3 ->
                    queue.poll().ifPresent(taken -> {
                        assertThat(held).as("one worker a key, seed %d", seed).doesNotContain(taken);
                        Duration before = lastHandOut.put(taken, now);
                        assertThat(before == null || now.minus(before).compareTo(seconds(4)) >= 0)
                                .as("interval of %s, seed %d", taken, seed)
                                .isTrue();
                        held.add(taken);
                    });
                default -> {
                    if (!held.isEmpty()) {
                        String done = held.poll();
                        switch (random.nextInt(3)) {
                            case 0 -> queue.failed(done);
                            case 1 -> queue.succeeded(done, seconds(random.nextInt(20)));
                            default -> queue.succeeded(done);
                        }
                    }
                }
            }
            assertThat(queue.state().waiting() + held.size()).isLessThanOrEqualTo(8);
        }
        held.forEach(queue::succeeded);
        for (int k = 0; k < 8; k++) {
            queue.add("k" + k);
        }
        pass(4);
        assertThat(takeAll()).as("seed %d", seed).hasSize(8).doesNotHaveDuplicates();
    }

    private void open(String interval) {
        queue.open(new WorkQueue.Pace(Duration.parse("PT" + interval), seconds(1), seconds(60)));
    }

    private void pass(int seconds) {
        now = now.plusSeconds(seconds);
    }

    private static Duration seconds(int seconds) {
        return Duration.ofSeconds(seconds);
    }

    private void process(String key) {
        assertThat(queue.poll()).contains(key);
        queue.succeeded(key);
    }

    private Duration fail(String key, int times) {
        Duration delay = Duration.ZERO;
        for (int i = 0; i < times; i++) {
            queue.add(key);
            assertThat(queue.poll()).contains(key);
            delay = queue.failed(key);
        }
        return delay;
    }

    private List<String> takeAll() {
        List<String> taken = new ArrayList<>();
        queue.poll().ifPresent(first -> {
            taken.add(first);
            taken.addAll(takeAll());
        });
        return taken;
    }

    /** "SECONDS KEY" of each hand-out within the next seconds; keys are not given back. */
    private List<String> nextHandOuts(int seconds) {
        List<String> handOuts = new ArrayList<>();
        for (int passed = 0; passed <= seconds; passed++) {
            int at = passed;
            takeAll().forEach(key -> handOuts.add(at + " " + key));
            pass(1);
        }
        return handOuts;
    }
}
