package com.github.scriptrunner.camel.workqueue;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Optional;

/** A queue in numbers, under the names of client-go's work queue; {@code name} is that of the queue. */
final class WorkQueueMeters {
    private WorkQueueMeters() {}

    static void register(MeterRegistry registry, String name, WorkQueue queue) {
        Gauge.builder(
                        "workqueue.depth",
                        queue,
                        q -> q.state().waiting() + q.state().processing())
                .description("Keys in the queue: due or not, and those with a worker")
                .tag("name", name)
                .register(registry);
        FunctionCounter.builder("workqueue.adds", queue, WorkQueue::adds)
                .description("Keys that were added")
                .tag("name", name)
                .register(registry);
        FunctionCounter.builder("workqueue.retries", queue, WorkQueue::retries)
                .description("Keys that failed and wait for another try")
                .tag("name", name)
                .register(registry);
        Gauge.builder(
                        "workqueue.longest.running.processor",
                        queue,
                        q -> seconds(q.state().longestProcessing()))
                .description("For how long the key has been with its worker that has been for the longest")
                .baseUnit("seconds")
                .tag("name", name)
                .register(registry);
        Gauge.builder("workqueue.longest.due", queue, q -> seconds(q.state().longestDue()))
                .description("For how long the key is due without a worker that is for the longest")
                .baseUnit("seconds")
                .tag("name", name)
                .register(registry);
    }

    static Timer workDuration(MeterRegistry registry, String name) {
        return Timer.builder("workqueue.work.duration")
                .description("How long a worker has a key")
                .tag("name", name)
                .serviceLevelObjectives(
                        Duration.ofMillis(10),
                        Duration.ofMillis(100),
                        Duration.ofSeconds(1),
                        Duration.ofSeconds(10),
                        Duration.ofSeconds(60))
                .register(registry);
    }

    private static double seconds(Optional<WorkQueue.Aged> key) {
        return key.map(aged -> aged.age().toMillis() / 1000.0).orElse(0.0);
    }
}
