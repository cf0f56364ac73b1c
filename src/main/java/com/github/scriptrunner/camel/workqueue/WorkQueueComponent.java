package com.github.scriptrunner.camel.workqueue;

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
                new WorkQueueEndpoint(uri, this, name, queues.computeIfAbsent(name, n -> new WorkQueue()));
        setProperties(endpoint, parameters);
        return endpoint;
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
