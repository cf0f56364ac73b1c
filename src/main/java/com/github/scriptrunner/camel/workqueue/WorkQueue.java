package com.github.scriptrunner.camel.workqueue;

import java.time.Duration;
import java.util.Comparator;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.TreeSet;
import java.util.function.LongSupplier;

/**
 * Keys that wait for a worker.
 *
 * <p>A key that waits is one key however often it was added, and the earliest time that was asked for it wins. A key is with one
 * worker at a time; added meanwhile, it is handed out again afterwards. Among keys that are due the one that is due for the longest
 * goes first. It holds one entry a key.
 */
final class WorkQueue {
    /** Keeps sums of times in range: nobody waits longer. */
    private static final Duration LONGEST_DELAY = Duration.ofDays(3650);

    /**
     * How often a key is handed out.
     *
     * @param interval from one hand-out of a key to its next, at least
     * @param initialBackoff from the first failure of a key to its next hand-out; doubles with each further failure in a row
     * @param maxBackoff where the doubling ends
     */
    record Pace(Duration interval, Duration initialBackoff, Duration maxBackoff) {
        Duration backoff(int failures) {
            long doublings = Math.min(failures - 1, 30);
            Duration doubled = initialBackoff.multipliedBy(1L << doublings);
            return doubled.compareTo(maxBackoff) < 0 ? doubled : maxBackoff;
        }
    }

    /** A key and for how long it has been what it is. */
    record Aged(String key, Duration age) {}

    /**
     * What can be seen from outside at one moment.
     *
     * @param waiting keys that wait, due or not, without those that are processed now
     * @param retrying keys whose last exchange failed
     * @param longestProcessing the key that has been with its worker for the longest
     * @param longestDue the key that could have been handed out for the longest
     */
    record State(
            boolean open,
            int waiting,
            int processing,
            int retrying,
            Optional<Aged> longestProcessing,
            Optional<Aged> longestDue) {
        Optional<Aged> oldest() {
            return longestProcessing
                    .filter(one -> longestDue.isEmpty()
                            || one.age().compareTo(longestDue.get().age()) >= 0)
                    .or(() -> longestDue);
        }
    }

    /** {@code arrival} tells keys apart that are due at the same time. */
    private record Waiting(String key, long dueAt, long arrival) {}

    private final LongSupplier nanoTime;

    private final Map<String, Waiting> waiting = new HashMap<>();
    private final TreeSet<Waiting> line =
            new TreeSet<>(Comparator.comparingLong(Waiting::dueAt).thenComparingLong(Waiting::arrival));
    private final Map<String, Long> processingSince = new HashMap<>();
    private final Map<String, Integer> failures = new HashMap<>();
    /** By time, the oldest first; entries older than the interval say nothing and go. */
    private final LinkedHashMap<String, Long> handedOutAt = new LinkedHashMap<>();

    private Pace pace = new Pace(Duration.ZERO, Duration.ZERO, Duration.ZERO);
    private boolean open;
    private long arrivals;
    private long adds;
    private long retries;

    WorkQueue() {
        this(sinceNow());
    }

    /** @param nanoTime nanoseconds since any moment; never goes back */
    WorkQueue(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** Small numbers, which can be compared without regard to {@link System#nanoTime()} turning over. */
    private static LongSupplier sinceNow() {
        long start = System.nanoTime();
        return () -> System.nanoTime() - start;
    }

    /** Begins to hand out keys, those that have waited included. */
    synchronized void open(Pace newPace) {
        pace = newPace;
        open = true;
        notifyAll();
    }

    /** Hands out nothing more; who waits in {@link #take()} leaves without a key. Keys can still be added. */
    synchronized void close() {
        open = false;
        notifyAll();
    }

    /** Waits, once closed, until no key is with a worker; false when that takes too long. */
    synchronized boolean awaitIdle(Duration atMost) throws InterruptedException {
        long end = nanoTime.getAsLong() + atMost.toNanos();
        for (long left = atMost.toNanos(); !processingSince.isEmpty(); left = end - nanoTime.getAsLong()) {
            if (left <= 0) {
                return false;
            }
            wait(left / 1_000_000 + 1);
        }
        return true;
    }

    synchronized void add(String key) {
        addAfter(key, Duration.ZERO);
    }

    synchronized void addAfter(String key, Duration delay) {
        adds++;
        schedule(key, delay);
        notifyAll();
    }

    /** The key that is due for the longest, if any is; it stays with the caller until {@link #succeeded} or {@link #failed}. */
    synchronized Optional<String> poll() {
        long now = nanoTime.getAsLong();
        forgetOldHandOuts(now);
        if (!open || line.isEmpty() || line.first().dueAt() > now) {
            return Optional.empty();
        }
        String key = line.pollFirst().key();
        waiting.remove(key);
        processingSince.put(key, now);
        handedOutAt.put(key, now);
        return Optional.of(key);
    }

    /** As {@link #poll()}, but waits for a key; empty once the queue is closed. */
    synchronized Optional<String> take() throws InterruptedException {
        while (open) {
            Optional<String> key = poll();
            if (key.isPresent()) {
                return key;
            }
            if (line.isEmpty()) {
                wait();
            } else {
                // rounded up: awake too early means going round once more; at least 1, for the key may have come due
                // since it was polled
                wait(Math.max(1, (line.first().dueAt() - nanoTime.getAsLong()) / 1_000_000 + 1));
            }
        }
        return Optional.empty();
    }

    /** Forgets the failures of the key. */
    synchronized void succeeded(String key) {
        failures.remove(key);
        release(key);
    }

    /** As {@link #succeeded(String)}, and the key comes again after the delay or earlier. */
    synchronized void succeeded(String key, Duration requeueAfter) {
        schedule(key, requeueAfter);
        succeeded(key);
    }

    /** The key comes again after a backoff or earlier; returns how long it waits from now. */
    synchronized Duration failed(String key) {
        retries++;
        int inARow = failures.merge(key, 1, Integer::sum);
        schedule(key, pace.backoff(inARow));
        release(key);
        return Duration.ofNanos(Math.max(0, waiting.get(key).dueAt() - nanoTime.getAsLong()));
    }

    /** How often the key has failed since it last succeeded. */
    synchronized int failures(String key) {
        return failures.getOrDefault(key, 0);
    }

    /** How many there were since it exists, as with {@link #retries}. */
    synchronized long adds() {
        return adds;
    }

    synchronized long retries() {
        return retries;
    }

    synchronized State state() {
        long now = nanoTime.getAsLong();
        return new State(
                open,
                line.size(),
                processingSince.size(),
                failures.size(),
                processingSince.entrySet().stream()
                        .min(Map.Entry.comparingByValue())
                        .map(eldest -> aged(eldest.getKey(), eldest.getValue(), now)),
                line.stream()
                        .findFirst()
                        .filter(first -> first.dueAt() <= now)
                        .map(first -> aged(first.key(), first.dueAt(), now)));
    }

    private static Aged aged(String key, long since, long now) {
        return new Aged(key, Duration.ofNanos(now - since));
    }

    private void schedule(String key, Duration delay) {
        long dueAt = nanoTime.getAsLong() + nanos(delay);
        Long handedOut = handedOutAt.get(key);
        if (handedOut != null) {
            dueAt = Math.max(dueAt, handedOut + nanos(pace.interval()));
        }
        Waiting known = waiting.get(key);
        if (known != null && known.dueAt() <= dueAt) {
            return;
        }
        Waiting entry = new Waiting(key, dueAt, arrivals++);
        waiting.put(key, entry);
        if (!processingSince.containsKey(key)) {
            if (known != null) {
                line.remove(known);
            }
            line.add(entry);
        }
    }

    private void release(String key) {
        if (processingSince.remove(key) == null) {
            throw new IllegalStateException("'" + key + "' is not being processed");
        }
        // it could not be handed out before now, and gets in line behind those that could
        long now = nanoTime.getAsLong();
        Waiting again = waiting.computeIfPresent(
                key, (k, entry) -> entry.dueAt() >= now ? entry : new Waiting(k, now, arrivals++));
        if (again != null) {
            line.add(again);
        }
        notifyAll();
    }

    private void forgetOldHandOuts(long now) {
        long interval = nanos(pace.interval());
        Iterator<Long> oldestFirst = handedOutAt.values().iterator();
        while (oldestFirst.hasNext() && oldestFirst.next() + interval <= now) {
            oldestFirst.remove();
        }
    }

    private static long nanos(Duration delay) {
        return delay.isNegative() ? 0 : (delay.compareTo(LONGEST_DELAY) < 0 ? delay : LONGEST_DELAY).toNanos();
    }
}
