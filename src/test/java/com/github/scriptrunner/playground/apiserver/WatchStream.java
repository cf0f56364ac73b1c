package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.time.Duration;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;

/** Sends the changes of one kind, one JSON object a line, until the client goes or its time is over. */
final class WatchStream implements Answer {
    private static final Duration BOOKMARK_INTERVAL = Duration.ofSeconds(30);
    private static final long DEFAULT_TIMEOUT_SECONDS = 1800;
    /** A client that is this many changes behind has to list again. */
    private static final int QUEUE_LIMIT = 20_000;

    private final Store store;
    private final Kind kind;
    private final String namespace;
    private final Predicate<ObjectNode> selector;
    private final Representation representation;
    private final Request request;
    private final BlockingQueue<Store.Event> queue = new LinkedBlockingQueue<>(QUEUE_LIMIT);
    private volatile boolean overrun;
    private long version;
    private boolean first = true;

    WatchStream(Store store, Kind kind, String namespace, Predicate<ObjectNode> selector, Request request) {
        this.store = store;
        this.kind = kind;
        this.namespace = namespace;
        this.selector = selector;
        this.representation = Representation.of(request);
        this.request = request;
    }

    @Override
    public void send(HttpExchange exchange) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", JSON);
        exchange.sendResponseHeaders(200, 0);
        try (OutputStream out = exchange.getResponseBody()) {
            out.flush();
            stream(out);
        } catch (ApiError e) {
            throw new IllegalStateException("errors of a watch are events", e);
        }
    }

    private void stream(OutputStream out) throws IOException {
        String since = request.query("resourceVersion");
        boolean initial = request.flag("sendInitialEvents") || since.isEmpty() || since.equals("0");
        Store.Snapshot snapshot = store.list(kind.storedAs(), initial ? namespace : "\0");
        version = initial ? snapshot.version() : request.number("resourceVersion", 0);
        Store.Subscription subscription;
        try {
            subscription = store.watch(kind.storedAs(), version, this::enqueue);
        } catch (ApiError e) {
            line(out, "ERROR", e.status());
            return;
        }
        try {
            if (initial) {
                for (ObjectNode object : snapshot.objects()) {
                    if (selector.test(object)) {
                        show(out, "ADDED", object);
                    }
                }
                if (request.flag("sendInitialEvents")) {
                    bookmark(out, true);
                }
            }
            for (Store.Event event : subscription.missed()) {
                show(out, event);
            }
            follow(out);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            subscription.cancel().run();
        }
    }

    private void enqueue(Store.Event event) {
        if (!queue.offer(event)) {
            overrun = true;
        }
    }

    private void follow(OutputStream out) throws IOException, InterruptedException {
        boolean bookmarks = request.flag("allowWatchBookmarks");
        long end =
                System.nanoTime() + TimeUnit.SECONDS.toNanos(request.number("timeoutSeconds", DEFAULT_TIMEOUT_SECONDS));
        long nextBookmark = System.nanoTime() + BOOKMARK_INTERVAL.toNanos();
        while (!overrun) {
            long now = System.nanoTime();
            long wait = Math.min(end - now, nextBookmark - now);
            Store.Event event = queue.poll(Math.max(0, wait), TimeUnit.NANOSECONDS);
            if (event != null) {
                show(out, event);
            } else if (System.nanoTime() >= end) {
                if (bookmarks) {
                    bookmark(out, false);
                }
                return;
            } else {
                if (bookmarks) {
                    bookmark(out, false);
                }
                nextBookmark = System.nanoTime() + BOOKMARK_INTERVAL.toNanos();
            }
        }
        line(
                out,
                "ERROR",
                ApiError.expired("too old resource version: this watch was too slow")
                        .status());
    }

    /** An object that comes to match is added for this client, one that no longer does is deleted. */
    private void show(OutputStream out, Store.Event event) throws IOException {
        version = event.version();
        if (!namespace.isEmpty() && !namespace.equals(event.key().namespace())) {
            return;
        }
        boolean before = event.previous() != null && selector.test(event.previous());
        boolean after = event.change() != Store.Change.DELETED && selector.test(event.object());
        if (after) {
            show(out, before ? "MODIFIED" : "ADDED", event.object());
        } else if (before) {
            show(out, "DELETED", event.object());
        }
    }

    private void show(OutputStream out, String type, ObjectNode object) throws IOException {
        line(out, type, representation.one(kind, kind.present(object), request.query("includeObject"), first));
        first = false;
    }

    private void bookmark(OutputStream out, boolean endOfInitialEvents) throws IOException {
        // what happened to other kinds meanwhile is known to this client, too, once nothing of this kind waits for it
        long now = store.version();
        if (queue.isEmpty()) {
            version = Math.max(version, now);
        }
        ObjectNode bookmark = Json.object().put("kind", kind.name()).put("apiVersion", kind.apiVersion());
        ObjectNode metadata = bookmark.putObject("metadata").put("resourceVersion", Long.toString(version));
        if (endOfInitialEvents) {
            metadata.putObject("annotations").put("k8s.io/initial-events-end", "true");
        }
        if (representation != Representation.OBJECT) {
            bookmark = representation.one(kind, bookmark, request.query("includeObject"), first);
        }
        line(out, "BOOKMARK", bookmark);
    }

    private static void line(OutputStream out, String type, ObjectNode object) throws IOException {
        ObjectNode event = Json.object().put("type", type);
        event.set("object", object);
        out.write(Json.ascii(event));
        out.write('\n');
        out.flush();
    }
}
