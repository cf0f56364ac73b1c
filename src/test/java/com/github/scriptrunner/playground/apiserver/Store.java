package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArraySet;
import java.util.function.Consumer;

/**
 * The objects with their versions, what changed lately, and who watches: what etcd is to Kubernetes.
 *
 * <p>Writers hand in a whole new object and the one it replaces, and lose when that is no longer the stored one. An object that is stored is
 * never changed again, so that readers need no copy.
 */
final class Store {
    /** etcd's own limit for one request, in bytes. */
    private static final long OBJECT_LIMIT = 1_572_864;

    private final int keptEvents;
    private final long keptBytes;
    private final Map<String, NavigableMap<String, ObjectNode>> objects = new HashMap<>();
    private final Deque<Event> history = new ArrayDeque<>();
    private final Map<String, Set<Consumer<Event>>> watchers = new HashMap<>();
    private final Set<Consumer<Event>> followers = new CopyOnWriteArraySet<>();
    private long historyBytes;
    /** Not 1, so that there is a version that is too old from the beginning. */
    private long version = 100;

    private long forgotten = version;

    /** @param keptEvents how many changes are kept at most, and {@code keptBytes} how large they are together as JSON */
    Store(int keptEvents, long keptBytes) {
        this.keptEvents = keptEvents;
        this.keptBytes = keptBytes;
    }

    /** @param resource see {@link Kind#storedAs} */
    record Key(String resource, String namespace, String name) {
        private String path() {
            return namespace + "/" + name;
        }
    }

    enum Change {
        ADDED,
        MODIFIED,
        DELETED
    }

    /**
     * @param object as it is now, or was last with the version of its deletion
     * @param previous null when it was added
     */
    record Event(Change change, long version, Key key, ObjectNode object, ObjectNode previous, long size) {}

    record Snapshot(long version, List<ObjectNode> objects) {}

    /** The changes that a watch has missed, and the end of the watch. */
    record Subscription(List<Event> missed, Runnable cancel) {}

    synchronized Optional<ObjectNode> get(Key key) {
        return Optional.ofNullable(table(key.resource()).get(key.path()));
    }

    synchronized long version() {
        return version;
    }

    /** @param namespace empty for all */
    synchronized Snapshot list(String resource, String namespace) {
        return new Snapshot(version, new ArrayList<>(of(table(resource), namespace)));
    }

    /** The objects as they were, by undoing what changed since. */
    synchronized Snapshot list(String resource, String namespace, long wanted) {
        if (wanted > version) {
            throw ApiError.versionTooLarge(wanted, version);
        }
        if (wanted < forgotten) {
            throw ApiError.expired(
                    "The provided continue parameter is too old to display a consistent list result. You can start"
                            + " a new list without the continue parameter.");
        }
        NavigableMap<String, ObjectNode> then = new TreeMap<>(table(resource));
        for (Iterator<Event> newest = history.descendingIterator(); newest.hasNext(); ) {
            Event event = newest.next();
            if (event.version() <= wanted) {
                break;
            }
            if (event.key().resource().equals(resource)) {
                if (event.previous() == null) {
                    then.remove(event.key().path());
                } else {
                    then.put(event.key().path(), event.previous());
                }
            }
        }
        return new Snapshot(wanted, new ArrayList<>(of(then, namespace)));
    }

    /** Returns what is stored now, or nothing when there is such an object already. */
    synchronized Optional<ObjectNode> create(Key key, ObjectNode object) {
        return table(key.resource()).containsKey(key.path())
                ? Optional.empty()
                : Optional.of(write(Change.ADDED, key, object, null));
    }

    /** Returns what is stored now, or nothing when {@code expected} is not the stored object. */
    synchronized Optional<ObjectNode> replace(Key key, ObjectNode expected, ObjectNode next) {
        return isStored(key, expected) ? Optional.of(write(Change.MODIFIED, key, next, expected)) : Optional.empty();
    }

    /** Returns what watchers see of it last, or nothing when {@code expected} is not the stored object. */
    synchronized Optional<ObjectNode> delete(Key key, ObjectNode expected, ObjectNode last) {
        return isStored(key, expected) ? Optional.of(write(Change.DELETED, key, last, expected)) : Optional.empty();
    }

    /** Follows all changes of all resources, called while the store is locked. */
    void follow(Consumer<Event> follower) {
        followers.add(follower);
    }

    /**
     * Follows one resource. The watcher is called while the store is locked.
     *
     * @param since the version that is known already
     */
    synchronized Subscription watch(String resource, long since, Consumer<Event> watcher) {
        if (since < forgotten) {
            throw ApiError.expired("too old resource version: %d (%d)".formatted(since, forgotten));
        }
        List<Event> missed = new ArrayList<>();
        for (Iterator<Event> newest = history.descendingIterator(); newest.hasNext(); ) {
            Event event = newest.next();
            if (event.version() <= since) {
                break;
            }
            if (event.key().resource().equals(resource)) {
                missed.add(event);
            }
        }
        Collections.reverse(missed);
        Set<Consumer<Event>> watching = watchers.computeIfAbsent(resource, any -> new CopyOnWriteArraySet<>());
        watching.add(watcher);
        return new Subscription(missed, () -> watching.remove(watcher));
    }

    private NavigableMap<String, ObjectNode> table(String resource) {
        return objects.computeIfAbsent(resource, any -> new TreeMap<>());
    }

    private static Collection<ObjectNode> of(NavigableMap<String, ObjectNode> table, String namespace) {
        // '0' is the character after '/'
        return namespace.isEmpty()
                ? table.values()
                : table.subMap(namespace + "/", namespace + "0").values();
    }

    // identity, not equality: the same content in a later version is another object
    @SuppressWarnings("ReferenceEquality")
    private boolean isStored(Key key, ObjectNode expected) {
        return table(key.resource()).get(key.path()) == expected;
    }

    private ObjectNode write(Change change, Key key, ObjectNode object, ObjectNode previous) {
        long next = version + 1;
        ObjectNode stamped = Json.shallow(object);
        stamped.set("metadata", Json.shallow(Metadata.of(object).node()).put("resourceVersion", Long.toString(next)));
        long size = Json.size(stamped);
        if (size > OBJECT_LIMIT && change != Change.DELETED) {
            throw ApiError.of(500, "", "etcdserver: request is too large");
        }
        version = next;
        if (change == Change.DELETED) {
            table(key.resource()).remove(key.path());
        } else {
            table(key.resource()).put(key.path(), stamped);
        }
        Event event = new Event(change, version, key, stamped, previous, size);
        remember(event);
        watchers.getOrDefault(key.resource(), Set.of()).forEach(watcher -> watcher.accept(event));
        followers.forEach(follower -> follower.accept(event));
        return stamped;
    }

    private void remember(Event event) {
        history.add(event);
        historyBytes += event.size();
        while (history.size() > keptEvents || (historyBytes > keptBytes && history.size() > 1)) {
            Event oldest = history.remove();
            historyBytes -= oldest.size();
            forgotten = oldest.version();
        }
    }
}
