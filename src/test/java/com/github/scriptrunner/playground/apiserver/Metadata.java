package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;

/** The metadata of an object, a view. */
record Metadata(ObjectNode node) {
    /** @param object gets empty metadata when it has none */
    static Metadata of(ObjectNode object) {
        return new Metadata(
                object.path("metadata").isObject()
                        ? (ObjectNode) object.get("metadata")
                        : object.putObject("metadata"));
    }

    /** A copy of an object whose metadata may be changed; all else is shared with the original. */
    static ObjectNode copy(ObjectNode object) {
        ObjectNode copy = Json.shallow(object);
        copy.set("metadata", Json.shallow(of(object).node()));
        return copy;
    }

    String name() {
        return node.path("name").asText("");
    }

    String namespace() {
        return node.path("namespace").asText("");
    }

    String uid() {
        return node.path("uid").asText("");
    }

    String resourceVersion() {
        return node.path("resourceVersion").asText("");
    }

    long version() {
        return Long.parseLong(resourceVersion());
    }

    boolean terminating() {
        return node.hasNonNull("deletionTimestamp");
    }

    /** Seconds that are left to a deleted pod, 0 when nothing is waited for. */
    long gracePeriodSeconds() {
        return node.path("deletionGracePeriodSeconds").asLong(0);
    }

    List<String> finalizers() {
        List<String> names = new ArrayList<>();
        node.path("finalizers").forEach(name -> names.add(name.asText()));
        return names;
    }

    JsonNode ownerReferences() {
        return node.path("ownerReferences");
    }

    void set(String field, JsonNode value) {
        if (value == null || value.isMissingNode()) {
            node.remove(field);
        } else {
            node.set(field, value);
        }
    }

    /** Replaces the finalizers; none removes the field. */
    void setFinalizers(List<String> names) {
        set("finalizers", names.isEmpty() ? null : Json.strings(names));
    }

    void nextGeneration() {
        if (node.has("generation")) {
            node.put("generation", node.get("generation").asInt() + 1);
        }
    }
}
