package com.github.scriptrunner.camel.workqueue;

import java.time.Duration;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/**
 * A queue of keys: each once, one worker a key, failures come back later.
 *
 * <p>A producer adds the body as a key. The consumer hands it out as the body of an exchange; when that fails the same key comes again
 * after a backoff.
 */
@ManagedResource(description = "Managed WorkQueueEndpoint")
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "workqueue",
        title = "Work Queue",
        syntax = "workqueue:name",
        remote = false,
        category = {Category.CORE},
        headersClass = WorkQueueConstants.class)
public class WorkQueueEndpoint extends DefaultEndpoint {
    private final WorkQueue queue;

    @UriPath
    @Metadata(required = true, description = "Name of the queue. Endpoints with the same name share one")
    private final String name;

    @UriParam(label = "consumer", defaultValue = "1", description = "How many keys are processed at the same time")
    private int workers = 1;

    @UriParam(
            label = "consumer",
            defaultValue = "0s",
            javaType = "java.time.Duration",
            description = "A key is handed out at most once in this time; its first event goes out at once")
    private Duration interval = Duration.ZERO;

    @UriParam(
            label = "consumer",
            defaultValue = "1s",
            javaType = "java.time.Duration",
            description = "How long a key waits after its first failure; doubles with each further one in a row")
    private Duration initialBackoff = Duration.ofSeconds(1);

    @UriParam(
            label = "consumer",
            defaultValue = "1m",
            javaType = "java.time.Duration",
            description = "The longest that a failed key waits")
    private Duration maxBackoff = Duration.ofMinutes(1);

    @UriParam(
            label = "consumer",
            defaultValue = "5m",
            javaType = "java.time.Duration",
            description =
                    "The health check is DOWN when a key is processed for longer than this, or waits longer for a worker")
    private Duration stuckAfter = Duration.ofMinutes(5);

    @UriParam(
            label = "consumer",
            description = "A field of the log (MDC) that holds the key while a worker has it; absent: none")
    private String logField;

    WorkQueueEndpoint(String uri, WorkQueueComponent component, String name, WorkQueue queue) {
        super(uri, component);
        this.name = name;
        this.queue = queue;
    }

    @Override
    public boolean isRemote() {
        return false;
    }

    @Override
    public WorkQueueComponent getComponent() {
        return (WorkQueueComponent) super.getComponent();
    }

    @Override
    public Producer createProducer() {
        return new WorkQueueProducer(this);
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        WorkQueueConsumer consumer = new WorkQueueConsumer(this, processor);
        configureConsumer(consumer);
        return consumer;
    }

    WorkQueue queue() {
        return queue;
    }

    WorkQueue.Pace pace() {
        return new WorkQueue.Pace(interval, initialBackoff, maxBackoff);
    }

    @ManagedAttribute(description = "Name of the queue")
    public String getName() {
        return name;
    }

    @ManagedAttribute(description = "Keys in the queue: waiting and processing")
    public int getDepth() {
        WorkQueue.State state = queue.state();
        return state.waiting() + state.processing();
    }

    @ManagedAttribute(description = "Keys that wait for a worker, a backoff or their time")
    public int getWaiting() {
        return queue.state().waiting();
    }

    @ManagedAttribute(description = "Keys that are with a worker")
    public int getProcessing() {
        return queue.state().processing();
    }

    @ManagedAttribute(description = "Keys that failed and will be tried again")
    public int getRetrying() {
        return queue.state().retrying();
    }

    @ManagedAttribute(description = "The key that is processed, or waits for a worker, for the longest")
    public String getOldestKey() {
        return queue.state().oldest().map(WorkQueue.Aged::key).orElse(null);
    }

    @ManagedAttribute(description = "For how many seconds the oldest key is processed or waits for a worker")
    public long getOldestAgeSeconds() {
        return queue.state().oldest().map(oldest -> oldest.age().toSeconds()).orElse(0L);
    }

    public String getLogField() {
        return logField;
    }

    public void setLogField(String logField) {
        this.logField = logField;
    }

    public int getWorkers() {
        return workers;
    }

    public void setWorkers(int workers) {
        this.workers = workers;
    }

    public Duration getInterval() {
        return interval;
    }

    public void setInterval(Duration interval) {
        this.interval = interval;
    }

    public Duration getInitialBackoff() {
        return initialBackoff;
    }

    public void setInitialBackoff(Duration initialBackoff) {
        this.initialBackoff = initialBackoff;
    }

    public Duration getMaxBackoff() {
        return maxBackoff;
    }

    public void setMaxBackoff(Duration maxBackoff) {
        this.maxBackoff = maxBackoff;
    }

    public Duration getStuckAfter() {
        return stuckAfter;
    }

    public void setStuckAfter(Duration stuckAfter) {
        this.stuckAfter = stuckAfter;
    }
}
