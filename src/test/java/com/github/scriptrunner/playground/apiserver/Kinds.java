package com.github.scriptrunner.playground.apiserver;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentSkipListMap;

/** The kinds that are served now. */
final class Kinds {
    private final Map<String, Kind> kinds = new ConcurrentSkipListMap<>();

    void register(Kind kind) {
        kinds.put(kind.apiVersion() + "/" + kind.plural(), kind);
    }

    /** @param groupResource see {@link Kind#groupResource} */
    void unregister(String groupResource) {
        kinds.values().removeIf(kind -> kind.groupResource().equals(groupResource));
    }

    Optional<Kind> find(String apiVersion, String plural) {
        return Optional.ofNullable(kinds.get(apiVersion + "/" + plural));
    }

    /** As an object names its kind. */
    Optional<Kind> named(String apiVersion, String name) {
        return all().stream()
                .filter(kind -> kind.name().equals(name) && kind.apiVersion().equals(apiVersion))
                .findFirst();
    }

    /** Any kind that shows the objects of this key in the store. */
    Optional<Kind> stored(String storedAs) {
        return all().stream().filter(kind -> kind.storedAs().equals(storedAs)).findFirst();
    }

    List<Kind> all() {
        return List.copyOf(kinds.values());
    }
}
