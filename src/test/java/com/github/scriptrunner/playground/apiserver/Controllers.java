package com.github.scriptrunner.playground.apiserver;

import java.util.List;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What happens by itself after a change, on one thread of its own, in the order of the changes. */
final class Controllers implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Controllers.class);

    private final ExecutorService thread = Executors.newSingleThreadExecutor(task -> {
        Thread daemon = new Thread(task, "api-controllers");
        daemon.setDaemon(true);
        return daemon;
    });

    Controllers(Store store, List<Consumer<Store.Event>> controllers) {
        store.follow(event -> {
            if (!thread.isShutdown()) {
                thread.execute(() -> controllers.forEach(controller -> run(controller, event)));
            }
        });
    }

    private static void run(Consumer<Store.Event> controller, Store.Event event) {
        try {
            controller.accept(event);
        } catch (ApiError e) {
            // the object has changed meanwhile, and that change comes as an event of its own
            LOG.debug("{} of {}: {}", event.change(), event.key(), e.getMessage());
        } catch (RuntimeException e) {
            LOG.error("{} of {} was not handled", event.change(), event.key(), e);
        }
    }

    /** Returns when everything that happened before has been handled. */
    void await() {
        try {
            thread.submit(() -> {}).get();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            throw new IllegalStateException(e);
        }
    }

    @Override
    public void close() {
        thread.shutdownNow();
    }
}
