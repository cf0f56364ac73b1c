package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;

/**
 * A kind of objects in one version, and how it is served.
 *
 * @param group empty for the core group
 * @param hasStatus the status is written through a subresource only
 * @param hasGeneration {@code metadata.generation} counts the changes of what is wanted
 * @param schema what a custom resource looks like; empty for built-in kinds
 * @param columns what a table of such objects shows beside the name
 */
record Kind(
        String group,
        String version,
        String plural,
        String singular,
        String name,
        List<String> shortNames,
        List<String> categories,
        boolean namespaced,
        boolean hasStatus,
        boolean hasGeneration,
        Optional<StructuralSchema> schema,
        List<Column> columns) {

    String apiVersion() {
        return group.isEmpty() ? version : group + "/" + version;
    }

    /** What errors name it by, such as {@code leases.coordination.k8s.io}. */
    String groupResource() {
        return group.isEmpty() ? plural : plural + "." + group;
    }

    /** The key of its objects in the store, the same for all versions of the kind. */
    String storedAs() {
        // two groups show the same events
        return group.equals("events.k8s.io") ? plural : groupResource();
    }

    /** An object of any version as this version shows it. */
    ObjectNode present(ObjectNode stored) {
        if (stored.path("apiVersion").asText().equals(apiVersion())) {
            return stored;
        }
        return Json.shallow(stored).put("apiVersion", apiVersion());
    }

    /** Whether an update must name the version that it replaces. */
    boolean needsVersion() {
        return custom() || name.equals("Lease") || name.equals("CustomResourceDefinition");
    }

    boolean custom() {
        return schema.isPresent();
    }

    Store.Key key(String namespace, String name) {
        return new Store.Key(storedAs(), namespaced ? namespace : "", name);
    }
}
