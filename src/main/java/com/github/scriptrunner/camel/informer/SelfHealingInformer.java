package com.github.scriptrunner.camel.informer;

import com.github.scriptrunner.camel.informer.InformerEvent.Action;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import io.fabric8.kubernetes.client.informers.cache.Indexer;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.function.Consumer;
import java.util.function.LongSupplier;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * fabric8's informer, replaced by a fresh one where that one would wait for ever.
 *
 * <p>fabric8 itself lists again after a 410 in the watch and retries what fails with a backoff of up to 32 s. What it does not notice, or
 * not for eleven minutes: a list whose body stops halfway, a watch that can never be opened again (its retries tell nobody), a connection
 * that is silent because the other end is gone. A fresh informer begins with what was delivered so far, so it emits what changed since,
 * deletions included, and nothing twice.
 */
final class SelfHealingInformer<T extends HasMetadata> {
    /** Time for fabric8 to open a closed watch again by itself. */
    static final Duration REOPEN_WITHIN = Duration.ofSeconds(10);

    /** Time for the first bookmark. */
    static final Duration HEARD_WITHIN = Duration.ofSeconds(90);

    private static final Logger LOG = LoggerFactory.getLogger(SelfHealingInformer.class);

    /** A failed list or watch. */
    record Failure(String message, long at) {}

    /**
     * What a health check wants to know.
     *
     * @param synced whether the first list has arrived
     * @param deadFor for how long there has been no watch
     * @param lastFailure the last that failed since there was a watch
     */
    record Status(boolean synced, Optional<Duration> deadFor, Optional<String> lastFailure) {}

    /** Two that are equal mean that nothing was heard between them. */
    private record Signs(boolean opened, boolean watching, String resourceVersion, Failure failure) {}

    private final String name;
    private final Supplier<SharedIndexInformer<T>> informers;
    private final Duration staleAfter;
    private final LongSupplier nanoTime;
    private final Consumer<InformerEvent<T>> events;

    /** What the next informer begins with. */
    private final ConcurrentMap<String, T> delivered = new ConcurrentHashMap<>();

    private final CompletableFuture<Void> firstAttempt = new CompletableFuture<>();
    /** Written without the lock: fabric8 may report while it holds its own. */
    private volatile Failure failure;

    private SharedIndexInformer<T> current;
    private CompletableFuture<Void> opened;
    private boolean everWatching;
    /** Whether the one before this was given up, and nothing has been heard since. */
    private boolean doubtful;

    private boolean synced;
    private Signs lastSigns;
    private long lastSignAt;
    private Long deadSince;

    /**
     * @param informers makes informers that are not started and whose failures surface at once
     * @param staleAfter how long an open watch may be silent, or a list take; the API server sends a bookmark about every minute
     * @param events is called from one thread at a time, in order, and must not block
     */
    SelfHealingInformer(
            String name,
            Supplier<SharedIndexInformer<T>> informers,
            Duration staleAfter,
            LongSupplier nanoTime,
            Consumer<InformerEvent<T>> events) {
        this.name = name;
        this.informers = informers;
        this.staleAfter = staleAfter;
        this.nanoTime = nanoTime;
        this.events = events;
    }

    /** Completes when the first list has arrived and a watch is open; fails when the first attempt did, and tries again without end. */
    synchronized CompletableFuture<Void> start() {
        deadSince = nanoTime.getAsLong();
        begin();
        var unused = opened.thenRun(() -> firstAttempt.complete(null));
        return firstAttempt;
    }

    /**
     * Asks for a new list, for one that was current once may be behind by now; until it has arrived there is none. Completes when it
     * has and a watch is open.
     */
    synchronized CompletableFuture<Void> relist() {
        if (current != null) {
            current.stop();
            synced = false;
            begin();
        }
        return opened;
    }

    synchronized void stop() {
        SharedIndexInformer<T> last = current;
        current = null;
        if (last != null) {
            last.stop();
        }
    }

    /** To be called every second or so: notes how the watch is and replaces an informer that hangs. */
    synchronized void inspect() {
        if (current == null) {
            return;
        }
        long now = nanoTime.getAsLong();
        synced |= current.hasSynced();
        boolean isOpened = opened.isDone() && !opened.isCompletedExceptionally();
        boolean watching = current.isWatching();
        everWatching |= watching;
        // without WebSockets fabric8 says "watching" only once something has arrived
        boolean unheard = isOpened && !everWatching;
        doubtful &= !watching;
        boolean alive = watching || (unheard && !doubtful);
        if (alive) {
            deadSince = null;
            failure = null;
        } else if (deadSince == null) {
            deadSince = now;
        }
        Signs signs = new Signs(isOpened, watching, current.lastSyncResourceVersion(), failure);
        if (!signs.equals(lastSigns)) {
            lastSigns = signs;
            lastSignAt = now;
        }
        Duration silence = Duration.ofNanos(now - lastSignAt);
        Duration patience = unheard ? HEARD_WITHIN : isOpened && !alive ? REOPEN_WITHIN : staleAfter;
        if (silence.compareTo(patience) > 0) {
            doubtful = true;
            LOG.info("informer:{} heard nothing for {} s, lists again", name, silence.toSeconds());
            current.stop();
            begin();
        }
    }

    synchronized Indexer<T> indexer() {
        if (current == null) {
            throw new IllegalStateException("informer:%s has been stopped".formatted(name));
        }
        return current.getIndexer();
    }

    synchronized boolean hasSynced() {
        return synced || (current != null && current.hasSynced());
    }

    synchronized Status status() {
        return new Status(
                hasSynced(),
                Optional.ofNullable(deadSince).map(since -> Duration.ofNanos(nanoTime.getAsLong() - since)),
                lastFailure());
    }

    Optional<String> lastFailure() {
        return Optional.ofNullable(failure).map(Failure::message);
    }

    private void begin() {
        SharedIndexInformer<T> informer = informers.get();
        informer.exceptionHandler((started, cause) -> {
            String message = cause.getMessage() == null ? cause.toString() : cause.getMessage();
            LOG.warn("informer:{} failed to list or watch, tries again: {}", name, message);
            failure = new Failure(message, nanoTime.getAsLong());
            firstAttempt.completeExceptionally(cause);
            return true;
        });
        // an initial state, also an empty one, makes the first list a consistent one: never resourceVersion=0
        informer.initialState(delivered.values().stream());
        informer.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(T object) {
                deliver(informer, new InformerEvent<>(Action.ADDED, object, null));
            }

            @Override
            public void onUpdate(T oldObject, T object) {
                deliver(informer, new InformerEvent<>(Action.MODIFIED, object, oldObject));
            }

            @Override
            public void onDelete(T object, boolean finalStateUnknown) {
                deliver(informer, new InformerEvent<>(Action.DELETED, object, null));
            }
        });
        current = informer;
        everWatching = false;
        lastSigns = null;
        opened = informer.start().toCompletableFuture();
    }

    private synchronized void deliver(SharedIndexInformer<T> source, InformerEvent<T> event) {
        // what an old informer still has to say, the new one finds out by itself
        if (source != current) {
            return;
        }
        String key = Cache.metaNamespaceKeyFunc(event.object());
        if (event.action() == Action.DELETED) {
            delivered.remove(key);
        } else {
            delivered.put(key, event.object());
        }
        events.accept(event);
    }
}
