package com.github.scriptrunner.camel.workqueue;

import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;

/** Holds the queues by name: what several routes put in, one route takes out. */
@Component("workqueue")
public class WorkQueueComponent extends DefaultComponent {
    private final ConcurrentMap<String, WorkQueue> queues = new ConcurrentHashMap<>();
    private final ConcurrentMap<String, WorkQueueConsumer> consumers = new ConcurrentHashMap<>();

    @Override
    protected Endpoint createEndpoint(String uri, String name, Map<String, Object> parameters) throws Exception {
        WorkQueueEndpoint endpoint =
                new WorkQueueEndpoint(uri, this, name, queues.computeIfAbsent(name, this::newQueue));
        setProperties(endpoint, parameters);
        return endpoint;
    }

    private WorkQueue newQueue(String name) {
        WorkQueue queue = new WorkQueue();
        WorkQueueMeters.register(meters(), name, queue);
        return queue;
    }

    /** That of the program, or one that keeps nothing. */
    MeterRegistry meters() {
        MeterRegistry registry = getCamelContext().getRegistry().findSingleByType(MeterRegistry.class);
        return registry == null ? new CompositeMeterRegistry() : registry;
    }

    /** Hands out nothing more, and waits until nothing is under way; false when that takes too long. */
    public boolean drain(Duration atMost) throws InterruptedException {
        queues.values().forEach(WorkQueue::close);
        boolean idle = true;
        for (WorkQueue queue : queues.values()) {
            idle &= queue.awaitIdle(atMost);
        }
        return idle;
    }

    void register(WorkQueueConsumer consumer) {
        String name = consumer.getEndpoint().getName();
        WorkQueueConsumer other = consumers.putIfAbsent(name, consumer);
        if (other != null && other != consumer) {
            throw new IllegalStateException(
                    ("workqueue:%s is already read by route '%s' and cannot be read by route '%s' too:"
                                    + " a key is with one worker at a time. For more keys at once use workqueue:%s?workers=N")
                            .formatted(name, other.getRouteId(), consumer.getRouteId(), name));
        }
    }

    void unregister(WorkQueueConsumer consumer) {
        consumers.remove(consumer.getEndpoint().getName(), consumer);
    }
}
