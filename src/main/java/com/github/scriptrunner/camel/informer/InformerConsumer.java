package com.github.scriptrunner.camel.informer;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.micrometer.core.instrument.Counter;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.Processor;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.spi.ExecutorServiceManager;
import org.apache.camel.support.DefaultConsumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sends each event through the route: in order, on one thread of its own.
 *
 * <p>An event whose route fails is logged by the exception handler and not repeated: it only says that something is worth a look, and
 * retries belong to the work queue, which knows the key and its backoff. Repeating here would hold back the events of all
 * other objects.
 *
 * <p>Stopping lets the exchange in flight end and drops the events behind it; the next start tells of every object again, as ADDED.
 */
final class InformerConsumer<T extends HasMetadata> extends DefaultConsumer {
    private static final Logger LOG = LoggerFactory.getLogger(InformerConsumer.class);

    private final Class<T> resourceType;
    private SelfHealingInformer<T> informer;
    private InformerHealthCheck healthCheck;
    private ExecutorService delivery;
    private ScheduledExecutorService inspection;

    InformerConsumer(InformerEndpoint endpoint, Processor processor, Class<T> resourceType) {
        super(endpoint, processor);
        this.resourceType = resourceType;
    }

    @Override
    public InformerEndpoint getEndpoint() {
        return (InformerEndpoint) super.getEndpoint();
    }

    @Override
    protected void doStart() throws Exception {
        super.doStart();
        InformerEndpoint endpoint = getEndpoint();
        Counter starts = endpoint.getComponent().starts(endpoint.getPlural());
        SelfHealingInformer<T> starting = new SelfHealingInformer<>(
                endpoint.getPlural(),
                () -> {
                    starts.increment();
                    return endpoint.newInformer(resourceType);
                },
                endpoint.getStaleAfter(),
                System::nanoTime,
                event -> delivery.execute(() -> process(event)));
        endpoint.getComponent().register(endpoint.getPlural(), starting);
        informer = starting;
        ExecutorServiceManager threads = endpoint.getCamelContext().getExecutorServiceManager();
        delivery = threads.newSingleThreadExecutor(this, endpoint.getEndpointUri());
        inspection = threads.newSingleThreadScheduledExecutor(this, endpoint.getEndpointUri() + " inspection");
        healthCheck = new InformerHealthCheck(endpoint.getPlural(), informer::status);
        HealthCheckRegistry registry = HealthCheckRegistry.get(endpoint.getCamelContext());
        if (registry != null) {
            registry.register(healthCheck);
        }
        CompletableFuture<Void> firstAttempt = informer.start();
        var unused = inspection.scheduleWithFixedDelay(this::inspect, 1, 1, TimeUnit.SECONDS);
        await(firstAttempt);
    }

    private void await(CompletableFuture<Void> firstAttempt) throws InterruptedException {
        InformerEndpoint endpoint = getEndpoint();
        try {
            firstAttempt.get(endpoint.getSyncTimeout().toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException e) {
            LOG.warn(
                    "informer:{} has no answer after {} s; the start goes on without",
                    endpoint.getPlural(),
                    endpoint.getSyncTimeout().toSeconds());
        } catch (ExecutionException e) {
            LOG.debug("informer:{} has no first list; the start goes on without", endpoint.getPlural(), e);
        }
    }

    private void inspect() {
        try {
            informer.inspect();
        } catch (RuntimeException e) { // a scheduled task that throws is never run again
            LOG.warn("informer:{} could not be inspected", getEndpoint().getPlural(), e);
        }
    }

    @Override
    protected void doStop() throws Exception {
        if (informer != null) {
            InformerEndpoint endpoint = getEndpoint();
            informer.stop();
            endpoint.getComponent().unregister(endpoint.getPlural(), informer);
            HealthCheckRegistry registry = HealthCheckRegistry.get(endpoint.getCamelContext());
            if (registry != null) {
                registry.unregister(healthCheck);
            }
            ExecutorServiceManager threads = endpoint.getCamelContext().getExecutorServiceManager();
            threads.shutdownNow(inspection);
            threads.shutdownGraceful(delivery);
            informer = null;
        }
        super.doStop();
    }

    private void process(InformerEvent<T> event) {
        if (!isRunAllowed()) {
            return;
        }
        Exchange exchange = createExchange(false);
        try {
            Message message = exchange.getMessage();
            message.setBody(event.object());
            message.setHeader(InformerConstants.ACTION, event.action().name());
            if (event.oldObject() != null) {
                message.setHeader(InformerConstants.OLD_OBJECT, event.oldObject());
            }
            getProcessor().process(exchange);
        } catch (Throwable e) { // an Error over one object must not end the events of all others
            exchange.setException(e);
            // Camel leaves the rest of such an exchange, its end included, to the next one on this thread
            while (getEndpoint()
                    .getCamelContext()
                    .getCamelContextExtension()
                    .getReactiveExecutor()
                    .executeFromQueue()) {}
        }
        if (exchange.getException() != null) {
            getExceptionHandler().handleException("Error processing exchange", exchange, exchange.getException());
        }
        releaseExchange(exchange, false);
    }
}
