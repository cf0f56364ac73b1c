package com.github.scriptrunner.camel.workqueue;

import io.micrometer.core.instrument.Timer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import org.apache.camel.CamelContext;
import org.apache.camel.CamelExecutionException;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ShutdownRunningTask;
import org.apache.camel.StartupListener;
import org.apache.camel.Suspendable;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.spi.ShutdownAware;
import org.apache.camel.support.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.slf4j.MDC;

/**
 * Workers that take keys from the queue and send each through the route.
 *
 * <p>They begin when the whole context has started, so that no key is handed out before the routes that the work may need. Stopping and
 * suspending let exchanges in flight end; what waits stays in the queue for the next start.
 */
final class WorkQueueConsumer extends DefaultConsumer implements StartupListener, ShutdownAware, Suspendable {
    private static final Logger LOG = LoggerFactory.getLogger(WorkQueueConsumer.class);

    private final WorkQueue queue;
    private final WorkQueueHealthCheck healthCheck;
    private final Timer workDuration;
    private ExecutorService workers;

    WorkQueueConsumer(WorkQueueEndpoint endpoint, Processor processor) {
        super(endpoint, processor);
        this.queue = endpoint.queue();
        this.workDuration = WorkQueueMeters.workDuration(endpoint.getComponent().meters(), endpoint.getName());
        this.healthCheck = new WorkQueueHealthCheck(endpoint.getName(), endpoint.getStuckAfter(), queue::state);
    }

    @Override
    public WorkQueueEndpoint getEndpoint() {
        return (WorkQueueEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        WorkQueueEndpoint endpoint = getEndpoint();
        endpoint.getComponent().register(this);
        workers = endpoint.getCamelContext()
                .getExecutorServiceManager()
                .newFixedThreadPool(this, endpoint.getEndpointUri(), endpoint.getWorkers());
        HealthCheckRegistry registry = HealthCheckRegistry.get(endpoint.getCamelContext());
        if (registry != null) {
            registry.register(healthCheck);
        }
        if (endpoint.getCamelContext().getStatus().isStarted()) {
            handOut();
        }
    }

    @Override
    public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
        if (!alreadyStarted && isStarted()) {
            handOut();
        }
    }

    @Override
    protected void doSuspend() {
        queue.close();
    }

    @Override
    protected void doResume() {
        handOut();
    }

    @Override
    protected void doStop() throws Exception {
        // absent where the start was refused: then the queue belongs to another consumer
        if (workers != null) {
            queue.close();
            HealthCheckRegistry registry = HealthCheckRegistry.get(getEndpoint().getCamelContext());
            if (registry != null) {
                registry.unregister(healthCheck);
            }
            getEndpoint().getCamelContext().getExecutorServiceManager().shutdownGraceful(workers);
            workers = null;
            getEndpoint().getComponent().unregister(this);
        }
        super.doStop();
    }

    private void handOut() {
        queue.open(getEndpoint().pace());
        for (int i = 0; i < getEndpoint().getWorkers(); i++) {
            workers.execute(this::work);
        }
    }

    /** One worker, until the queue is closed. */
    private void work() {
        try {
            for (Optional<String> key = queue.take(); key.isPresent(); key = queue.take()) {
                String next = key.get();
                workDuration.record(() -> processWithField(next));
            }
        } catch (InterruptedException e) {
            // the pool is being shut down
            Thread.currentThread().interrupt();
        }
    }

    private void processWithField(String key) {
        String field = getEndpoint().getLogField();
        if (field == null) {
            process(key);
            return;
        }
        try (MDC.MDCCloseable unused = MDC.putCloseable(field, key)) {
            process(key);
        }
    }

    private void process(String key) {
        Exchange exchange = createExchange(false);
        try {
            exchange.getMessage().setBody(key);
            exchange.getMessage().setHeader(WorkQueueConstants.FAILURES, queue.failures(key));
            getProcessor().process(exchange);
            if (!exchange.isFailed()) {
                Duration again = exchange.getMessage().getHeader(WorkQueueConstants.REQUEUE_AFTER, Duration.class);
                if (again == null) {
                    queue.succeeded(key);
                } else {
                    queue.succeeded(key, again);
                }
                return;
            }
        } catch (Throwable e) { // an Error of one key must not cost the others their worker
            exchange.setException(e);
            // Camel leaves the rest of such an exchange, its end included, to the next one on this thread
            while (getEndpoint()
                    .getCamelContext()
                    .getCamelContextExtension()
                    .getReactiveExecutor()
                    .executeFromQueue()) {}
        } finally {
            if (exchange.isFailed()) {
                failed(key, exchange.getException());
            }
            releaseExchange(exchange, false);
        }
    }

    private void failed(String key, Throwable cause) {
        int inARow = queue.failures(key) + 1;
        Duration delay = queue.failed(key);
        LOG.warn(
                "workqueue:{}: {} failed ({} in a row), again in {} ms: {}",
                getEndpoint().getName(),
                key,
                inARow,
                delay.toMillis(),
                oneLine(cause));
        LOG.debug("workqueue:{}: {} failed", getEndpoint().getName(), key, cause);
    }

    private static String oneLine(Throwable cause) {
        if (cause == null) {
            return "marked for rollback";
        }
        // Camel's wrapping of an Error says nothing of its own
        Throwable told =
                cause instanceof CamelExecutionException && cause.getCause() != null ? cause.getCause() : cause;
        String message = told.getMessage();
        return message == null || message.isBlank()
                ? told.getClass().getName()
                : message.strip().replaceAll("\\s*\\R\\s*", " ");
    }

    @Override
    public boolean deferShutdown(ShutdownRunningTask shutdownRunningTask) {
        return false;
    }

    /** Keys that were handed out; those that wait are no reason to stay. */
    @Override
    public int getPendingExchangesSize() {
        return queue.state().processing();
    }

    @Override
    public void prepareShutdown(boolean suspendOnly, boolean forced) {
        // suspending has closed the queue, and stopping waits for the workers
    }
}
