package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** In which form the client wants to see objects. */
enum Representation {
    OBJECT,
    TABLE,
    METADATA;

    /** The first of the accepted forms that is known. */
    static Representation of(Request request) {
        for (String range : request.accept().isEmpty()
                ? new String[] {"*/*"}
                : request.accept().split(",", -1)) {
            List<String> parts = List.of(range.replace(" ", "").split(";", -1));
            if (!List.of("application/json", "application/*", "*/*").contains(parts.get(0))) {
                continue;
            }
            boolean v1 = parts.contains("v=v1");
            if (v1 && parts.contains("as=Table")) {
                return TABLE;
            } else if (v1 && parts.stream().anyMatch(part -> part.startsWith("as=PartialObjectMetadata"))) {
                return METADATA;
            } else if (parts.stream().noneMatch(part -> part.startsWith("as="))) {
                return OBJECT;
            }
        }
        throw ApiError.of(406, "NotAcceptable", "only the following media types are accepted: application/json");
    }

    /** @param first false: column definitions have been sent before */
    ObjectNode one(Kind kind, ObjectNode object, String includeObject, boolean first) {
        return switch (this) {
            case OBJECT -> object;
            case METADATA -> Tables.metadataOnly(object);
            case TABLE -> Tables.table(kind, List.of(object), first, includeObject);
        };
    }

    /** @param metadata of the list */
    ObjectNode list(Kind kind, List<ObjectNode> objects, ObjectNode metadata, String includeObject) {
        ObjectNode list;
        if (this == TABLE) {
            list = Tables.table(kind, objects, true, includeObject);
        } else if (this == METADATA) {
            list = Json.object().put("kind", "PartialObjectMetadataList").put("apiVersion", "meta.k8s.io/v1");
            list.set(
                    "items",
                    Json.array(objects.stream().map(Tables::metadataOnly).toList()));
        } else {
            list = Json.object().put("kind", kind.name() + "List").put("apiVersion", kind.apiVersion());
            list.set("items", Json.array(objects));
        }
        list.set("metadata", metadata);
        return list;
    }
}
