package com.github.scriptrunner.camel.informer;

import io.fabric8.kubernetes.client.informers.cache.Indexer;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.composite.CompositeMeterRegistry;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.camel.Endpoint;
import org.apache.camel.spi.annotations.Component;
import org.apache.camel.support.DefaultComponent;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Events of the objects of a kind; what is known of them can be read here by the rest of the program. */
@Component("informer")
public class InformerComponent extends DefaultComponent {
    private static final Logger LOG = LoggerFactory.getLogger(InformerComponent.class);

    private final ConcurrentMap<String, SelfHealingInformer<?>> informers = new ConcurrentHashMap<>();

    @Override
    protected Endpoint createEndpoint(String uri, String plural, Map<String, Object> parameters) throws Exception {
        InformerEndpoint endpoint = new InformerEndpoint(uri, this, plural);
        setProperties(endpoint, parameters);
        return endpoint;
    }

    /**
     * The cache of {@code informer:PLURAL}, which stays valid when the route starts again.
     *
     * <p>Its methods throw {@link IllegalStateException} while no route with such an informer runs. The caller answers for {@code T},
     * the type of the informer's bodies.
     */
    @SuppressWarnings("unchecked") // the type was chosen in a route, out of the compiler's sight
    public <T> Indexer<T> indexer(String plural) {
        return (Indexer<T>) Proxy.newProxyInstance(
                Indexer.class.getClassLoader(), new Class<?>[] {Indexer.class}, (proxy, method, arguments) -> {
                    try {
                        return method.invoke(informer(plural).indexer(), arguments);
                    } catch (InvocationTargetException e) {
                        throw e.getCause();
                    }
                });
    }

    /**
     * Whether the first list of {@code informer:PLURAL} has arrived, so that what is not in the cache does not exist.
     *
     * @throws IllegalStateException while no route with such an informer runs
     */
    public boolean hasSynced(String plural) {
        return informer(plural).hasSynced();
    }

    /**
     * Waits until what all informers hold is not older than this call, as far as the API server can be reached: {@link #hasSynced} says
     * of which this is not so yet.
     */
    public void relist(Duration atMost) throws InterruptedException {
        CompletableFuture<?>[] lists =
                informers.values().stream().map(SelfHealingInformer::relist).toArray(CompletableFuture<?>[]::new);
        try {
            CompletableFuture.allOf(lists).get(atMost.toMillis(), TimeUnit.MILLISECONDS);
        } catch (TimeoutException | ExecutionException e) {
            LOG.warn("After {} s not all informers have a new list; they keep trying", atMost.toSeconds());
        }
    }

    private SelfHealingInformer<?> informer(String plural) {
        SelfHealingInformer<?> informer = informers.get(plural);
        if (informer == null) {
            throw new IllegalStateException(
                    "There is no informer:%s: no route begins with it, or that route does not run. There are: %s"
                            .formatted(plural, informers.keySet()));
        }
        return informer;
    }

    /** How often the informer was begun: the first time, and each time that its watch could not be saved. */
    Counter starts(String plural) {
        MeterRegistry found = getCamelContext().getRegistry().findSingleByType(MeterRegistry.class);
        MeterRegistry registry = found == null ? new CompositeMeterRegistry() : found;
        Gauge.builder("informer.up", this, component -> component.isUp(plural) ? 1 : 0)
                .description("1 while the list has arrived and there is a watch")
                .tag("informer", plural)
                .register(registry);
        return Counter.builder("informer.starts")
                .description(
                        "Times that the list was asked for: at the start, when a watch could not be saved, on a change of leader")
                .tag("informer", plural)
                .register(registry);
    }

    private boolean isUp(String plural) {
        return running(plural)
                .filter(informer -> informer.status().synced()
                        && informer.status().deadFor().isEmpty())
                .isPresent();
    }

    /** Empty while no route with such an informer runs. */
    Optional<SelfHealingInformer<?>> running(String plural) {
        return Optional.ofNullable(informers.get(plural));
    }

    void register(String plural, SelfHealingInformer<?> informer) {
        if (informers.putIfAbsent(plural, informer) != null) {
            throw new IllegalStateException(
                    ("informer:%s runs in another route already, and its cache is found by this name."
                                    + " Let that route pass its events on to both")
                            .formatted(plural));
        }
    }

    void unregister(String plural, SelfHealingInformer<?> informer) {
        informers.remove(plural, informer);
    }
}
