package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.TreeSet;

/** The OpenAPI v3 documents: as much as kubectl needs to validate and to explain. Only custom resources have schemas. */
final class OpenApi {
    private final Kinds kinds;

    OpenApi(Kinds kinds) {
        this.kinds = kinds;
    }

    /** The answer to {@code /openapi/v3}. */
    ObjectNode index(long version) {
        ObjectNode index = Json.object();
        ObjectNode paths = index.putObject("paths");
        TreeSet<String> documents = new TreeSet<>();
        kinds.all().forEach(kind -> documents.add(root(kind)));
        documents.forEach(document -> paths.putObject(document)
                .put("serverRelativeURL", "/openapi/v3/%s?hash=%d".formatted(document, version)));
        return index;
    }

    /** @param root such as {@code apis/coordination.k8s.io/v1} */
    ObjectNode document(String root) {
        ObjectNode document = Json.object().put("openapi", "3.0.0");
        document.putObject("info").put("title", "Kubernetes").put("version", "v1.34.0");
        ObjectNode paths = document.putObject("paths");
        ObjectNode schemas = document.putObject("components").putObject("schemas");
        for (Kind kind : kinds.all()) {
            if (root(kind).equals(root)) {
                describe(kind, root, paths, schemas);
            }
        }
        if (schemas.isEmpty()) {
            throw ApiError.unknownPath();
        }
        return document;
    }

    private static void describe(Kind kind, String root, ObjectNode paths, ObjectNode schemas) {
        ObjectNode groupVersionKind = Json.object()
                .put("group", kind.group())
                .put("version", kind.version())
                .put("kind", kind.name());
        String name = kind.apiVersion().replace('/', '.') + "." + kind.name();
        ObjectNode schema = kind.schema()
                .map(found -> (ObjectNode) found.openApi().deepCopy())
                .orElseGet(() -> Json.object().put("type", "object"));
        schema.putArray("x-kubernetes-group-version-kind").add(groupVersionKind);
        schemas.set(name, schema);

        String collection = "/" + root + (kind.namespaced() ? "/namespaces/{namespace}/" : "/") + kind.plural();
        ObjectNode list = paths.putObject(collection);
        operation(list, "get", "list", groupVersionKind, name);
        operation(list, "post", "post", groupVersionKind, name);
        ObjectNode item = paths.putObject(collection + "/{name}");
        operation(item, "get", "get", groupVersionKind, name);
        operation(item, "put", "put", groupVersionKind, name);
        operation(item, "patch", "patch", groupVersionKind, name);
    }

    private static void operation(
            ObjectNode path, String method, String action, ObjectNode groupVersionKind, String schema) {
        ObjectNode operation = path.putObject(method).put("x-kubernetes-action", action);
        operation.set("x-kubernetes-group-version-kind", groupVersionKind);
        if (!method.equals("get")) {
            // tells kubectl that unknown fields are found here
            operation
                    .putArray("parameters")
                    .addObject()
                    .put("name", "fieldValidation")
                    .put("in", "query")
                    .putObject("schema")
                    .put("type", "string");
        }
        operation
                .putObject("responses")
                .putObject("200")
                .put("description", "OK")
                .putObject("content")
                .putObject("application/json")
                .putObject("schema")
                .put("$ref", "#/components/schemas/" + schema);
    }

    private static String root(Kind kind) {
        return (kind.group().isEmpty() ? "api/" : "apis/") + kind.apiVersion();
    }
}
