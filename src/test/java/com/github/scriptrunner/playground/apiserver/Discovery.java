package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** Tells clients which groups, versions and resources there are, in the classic form and in the aggregated one. */
final class Discovery {
    private static final List<String> VERBS =
            List.of("create", "delete", "deletecollection", "get", "list", "patch", "update", "watch");
    private static final List<String> STATUS_VERBS = List.of("get", "patch", "update");
    private static final String AGGREGATED = "application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList";

    private final Kinds kinds;

    Discovery(Kinds kinds) {
        this.kinds = kinds;
    }

    private record Subresource(String name, String kind, List<String> verbs) {}

    private static List<Subresource> subresources(Kind kind) {
        List<Subresource> subresources = new java.util.ArrayList<>();
        if (kind.hasStatus()) {
            subresources.add(new Subresource("status", kind.name(), STATUS_VERBS));
        }
        if (kind.name().equals("Pod")) {
            subresources.add(new Subresource("log", "Pod", List.of("get")));
            subresources.add(new Subresource("binding", "Binding", List.of("create")));
            subresources.add(new Subresource("eviction", "Eviction", List.of("create")));
        }
        if (kind.name().equals("Namespace")) {
            subresources.add(new Subresource("finalize", "Namespace", List.of("update")));
        }
        return subresources;
    }

    /** The answer to {@code /api} or {@code /apis}. */
    Answer roots(Request request, boolean core) {
        String accept = request.accept().replace(" ", "");
        if (accept.contains("as=APIGroupDiscoveryList") && accept.contains("v=v2;")) {
            return Answer.bytes(200, AGGREGATED, Json.bytes(aggregated(core)));
        }
        return Answer.json(200, core ? versions() : groups());
    }

    private static ObjectNode versions() {
        ObjectNode versions = Json.object().put("kind", "APIVersions");
        versions.putArray("versions").add("v1");
        return versions;
    }

    private ObjectNode groups() {
        ObjectNode list = Json.object().put("kind", "APIGroupList").put("apiVersion", "v1");
        ArrayNode groups = list.putArray("groups");
        byGroup(false).keySet().forEach(name -> groups.add(group(name)));
        return list;
    }

    /** The answer to {@code /apis/GROUP}. */
    ObjectNode group(String name) {
        List<Kind> served = byGroup(false).get(name);
        if (served == null) {
            throw ApiError.unknownPath();
        }
        ObjectNode group =
                Json.object().put("kind", "APIGroup").put("apiVersion", "v1").put("name", name);
        ArrayNode versions = group.putArray("versions");
        served.stream()
                .map(Kind::version)
                .distinct()
                .forEach(version -> versions.addObject()
                        .put("groupVersion", name + "/" + version)
                        .put("version", version));
        group.set("preferredVersion", versions.get(0));
        return group;
    }

    /** The answer to {@code /api/v1} or {@code /apis/GROUP/VERSION}. */
    ObjectNode resources(String apiVersion) {
        ObjectNode list = Json.object()
                .put("kind", "APIResourceList")
                .put("apiVersion", "v1")
                .put("groupVersion", apiVersion);
        ArrayNode resources = list.putArray("resources");
        for (Kind kind : kinds.all()) {
            if (kind.apiVersion().equals(apiVersion)) {
                ObjectNode resource = resource(resources, kind.plural(), kind.singular(), kind, kind.name(), VERBS);
                resource.set("shortNames", Json.strings(kind.shortNames()));
                resource.set("categories", Json.strings(kind.categories()));
                for (Subresource sub : subresources(kind)) {
                    resource(resources, kind.plural() + "/" + sub.name(), "", kind, sub.kind(), sub.verbs());
                }
            }
        }
        if (resources.isEmpty()) {
            throw ApiError.unknownPath();
        }
        return list;
    }

    private static ObjectNode resource(
            ArrayNode resources, String name, String singular, Kind kind, String kindName, List<String> verbs) {
        ObjectNode resource = resources
                .addObject()
                .put("name", name)
                .put("singularName", singular)
                .put("namespaced", kind.namespaced())
                .put("kind", kindName);
        resource.set("verbs", Json.strings(verbs));
        return resource;
    }

    private ObjectNode aggregated(boolean core) {
        ObjectNode list =
                Json.object().put("kind", "APIGroupDiscoveryList").put("apiVersion", "apidiscovery.k8s.io/v2");
        list.putObject("metadata");
        ArrayNode groups = list.putArray("items");
        byGroup(core).forEach((name, served) -> {
            ObjectNode group = groups.addObject();
            ObjectNode metadata = group.putObject("metadata");
            if (!core) {
                metadata.put("name", name);
            }
            ArrayNode versions = group.putArray("versions");
            served.stream()
                    .collect(Collectors.groupingBy(Kind::version, TreeMap::new, Collectors.toList()))
                    .forEach((version, ofVersion) -> {
                        ObjectNode entry =
                                versions.addObject().put("version", version).put("freshness", "Current");
                        ArrayNode resources = entry.putArray("resources");
                        ofVersion.forEach(kind -> aggregated(resources.addObject(), kind));
                    });
        });
        return list;
    }

    private static void aggregated(ObjectNode resource, Kind kind) {
        resource.put("resource", kind.plural())
                .put("scope", kind.namespaced() ? "Namespaced" : "Cluster")
                .put("singularResource", kind.singular());
        resource.set("responseKind", responseKind(kind, kind.name()));
        resource.set("verbs", Json.strings(VERBS));
        resource.set("shortNames", Json.strings(kind.shortNames()));
        resource.set("categories", Json.strings(kind.categories()));
        ArrayNode subresources = resource.putArray("subresources");
        for (Subresource sub : subresources(kind)) {
            ObjectNode entry = subresources.addObject().put("subresource", sub.name());
            entry.set("responseKind", responseKind(kind, sub.kind()));
            entry.set("verbs", Json.strings(sub.verbs()));
        }
    }

    private static ObjectNode responseKind(Kind kind, String name) {
        return Json.object()
                .put("group", kind.group())
                .put("version", kind.version())
                .put("kind", name);
    }

    private Map<String, List<Kind>> byGroup(boolean core) {
        return kinds.all().stream()
                .filter(kind -> kind.group().isEmpty() == core)
                .collect(Collectors.groupingBy(Kind::group, TreeMap::new, Collectors.toList()));
    }
}
