package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.function.Consumer;

/** Deletes objects whose owners are gone, and lets owners wait for them or leave them behind. */
final class GarbageCollector implements Consumer<Store.Event> {
    /** The owner goes after its dependents. */
    static final String FOREGROUND = "foregroundDeletion";
    /** The dependents forget their owner and stay. */
    static final String ORPHAN = "orphan";

    private final Resources resources;
    private final Map<String, Set<Store.Key>> dependents = new HashMap<>();

    GarbageCollector(Resources resources) {
        this.resources = resources;
    }

    @Override
    public void accept(Store.Event event) {
        if (event.previous() != null) {
            owners(event.previous()).forEach(uid -> dependentsOf(uid).remove(event.key()));
        }
        String uid = Metadata.of(event.object()).uid();
        if (event.change() == Store.Change.DELETED) {
            Optional.ofNullable(dependents.remove(uid)).orElse(Set.of()).forEach(this::collect);
            owners(event.object()).forEach(this::release);
            return;
        }
        owners(event.object()).forEach(owner -> dependentsOf(owner).add(event.key()));
        if (!Metadata.of(event.object()).ownerReferences().isEmpty()) {
            collect(event.key());
        }
        if (Metadata.of(event.object()).terminating()) {
            finish(event.key(), event.object());
        }
    }

    private Set<Store.Key> dependentsOf(String uid) {
        return dependents.computeIfAbsent(uid, any -> new LinkedHashSet<>());
    }

    private static List<String> owners(ObjectNode object) {
        return Metadata.of(object)
                .ownerReferences()
                .valueStream()
                .map(owner -> owner.path("uid").asText())
                .toList();
    }

    /** Deletes an object none of whose owners lives, or drops the references to those that do not. */
    private void collect(Store.Key key) {
        Optional<ObjectNode> stored = resources.store().get(key);
        Optional<Kind> kind = resources.kinds().stored(key.resource());
        if (stored.isEmpty() || kind.isEmpty()) {
            return;
        }
        Metadata metadata = Metadata.of(stored.get());
        List<JsonNode> living = new ArrayList<>();
        metadata.ownerReferences().forEach(owner -> {
            if (lives(owner, key.namespace())) {
                living.add(owner);
            }
        });
        if (living.size() == metadata.ownerReferences().size() || metadata.terminating()) {
            return;
        }
        if (living.isEmpty()) {
            delete(kind.get(), key, metadata.uid());
        } else {
            resources.update(kind.get(), key, "", object -> withOwners(object, living), WriteOptions.INTERNAL);
        }
    }

    private void delete(Kind kind, Store.Key key, String uid) {
        try {
            resources.delete(kind, key, new DeleteOptions(OptionalLong.empty(), "Background", uid, "", false));
        } catch (ApiError e) {
            if (e.code() != 404 && e.code() != 409) {
                throw e;
            }
            // somebody else was faster
        }
    }

    private boolean lives(JsonNode owner, String namespace) {
        Optional<Kind> kind = resources
                .kinds()
                .named(owner.path("apiVersion").asText(), owner.path("kind").asText());
        // of a kind that is not served nothing is known, so nothing is deleted
        return kind.isEmpty()
                || resources
                        .store()
                        .get(kind.get().key(namespace, owner.path("name").asText()))
                        .map(Metadata::of)
                        .filter(found -> found.uid().equals(owner.path("uid").asText()))
                        .filter(found -> !found.finalizers().contains(FOREGROUND))
                        .isPresent();
    }

    /** Does what a deleted object waits for. */
    private void finish(Store.Key key, ObjectNode object) {
        Metadata metadata = Metadata.of(object);
        Optional<Kind> kind = resources.kinds().stored(key.resource());
        if (kind.isEmpty()) {
            return;
        }
        Set<Store.Key> waiting = Set.copyOf(dependents.getOrDefault(metadata.uid(), Set.of()));
        if (metadata.finalizers().contains(ORPHAN)) {
            waiting.forEach(dependent -> orphan(dependent, metadata.uid()));
            removeFinalizer(kind.get(), key, ORPHAN);
        } else if (metadata.finalizers().contains(FOREGROUND)) {
            waiting.forEach(this::collect);
            if (waiting.isEmpty()) {
                removeFinalizer(kind.get(), key, FOREGROUND);
            }
        }
    }

    private void orphan(Store.Key key, String owner) {
        resources
                .kinds()
                .stored(key.resource())
                .ifPresent(kind -> resources.update(
                        kind,
                        key,
                        "",
                        object -> {
                            List<JsonNode> others = Metadata.of(object)
                                    .ownerReferences()
                                    .valueStream()
                                    .filter(reference ->
                                            !reference.path("uid").asText().equals(owner))
                                    .toList();
                            return withOwners(object, others);
                        },
                        WriteOptions.INTERNAL));
    }

    /** An owner that waited for its last dependent may go. */
    private void release(String owner) {
        if (!dependents.getOrDefault(owner, Set.of()).isEmpty()) {
            return;
        }
        for (Kind kind : resources.kinds().all()) {
            for (ObjectNode object : resources.store().list(kind.storedAs(), "").objects()) {
                Metadata metadata = Metadata.of(object);
                if (metadata.terminating() && metadata.uid().equals(owner)) {
                    finish(kind.key(metadata.namespace(), metadata.name()), object);
                }
            }
        }
    }

    private void removeFinalizer(Kind kind, Store.Key key, String finalizer) {
        resources.update(
                kind, key, "", object -> CustomResources.withoutFinalizer(object, finalizer), WriteOptions.INTERNAL);
    }

    private static ObjectNode withOwners(ObjectNode object, List<JsonNode> owners) {
        ObjectNode next = Metadata.copy(object);
        Metadata metadata = Metadata.of(next);
        metadata.set("ownerReferences", owners.isEmpty() ? null : Json.array(owners));
        return next;
    }
}
