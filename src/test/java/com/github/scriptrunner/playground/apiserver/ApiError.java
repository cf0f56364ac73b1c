package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.stream.Collectors;

/** A request that fails, with the Status object that Kubernetes answers. */
final class ApiError extends RuntimeException {
    private final ObjectNode status;

    private ApiError(int code, String reason, String message, ObjectNode details) {
        super(message);
        status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        status.put("status", "Failure").put("message", message);
        if (!reason.isEmpty()) {
            status.put("reason", reason);
        }
        if (!details.isEmpty()) {
            status.set("details", details);
        }
        status.put("code", code);
    }

    static ApiError of(int code, String reason, String message) {
        return new ApiError(code, reason, message, Json.object());
    }

    static ApiError badRequest(String message) {
        return of(400, "BadRequest", message);
    }

    static ApiError unknownPath() {
        return of(404, "NotFound", "the server could not find the requested resource");
    }

    static ApiError notFound(Kind kind, String name) {
        return new ApiError(
                404, "NotFound", "%s \"%s\" not found".formatted(kind.groupResource(), name), details(kind, name));
    }

    static ApiError alreadyExists(Kind kind, String name) {
        return new ApiError(
                409,
                "AlreadyExists",
                "%s \"%s\" already exists".formatted(kind.groupResource(), name),
                details(kind, name));
    }

    static ApiError conflict(Kind kind, String name, String why) {
        return conflict(kind.groupResource(), details(kind, name), name, why);
    }

    /** @param subresource such as {@code pods/binding} */
    static ApiError conflict(String subresource, String name, String why) {
        return conflict(subresource, details(name, "", subresource), name, why);
    }

    private static ApiError conflict(String resource, ObjectNode details, String name, String why) {
        return new ApiError(
                409,
                "Conflict",
                "Operation cannot be fulfilled on %s \"%s\": %s".formatted(resource, name, why),
                details);
    }

    static ApiError modified(Kind kind, String name) {
        return conflict(
                kind,
                name,
                "the object has been modified; please apply your changes to the latest version and try again");
    }

    static ApiError forbidden(Kind kind, String name, String why) {
        return new ApiError(
                403,
                "Forbidden",
                "%s \"%s\" is forbidden: %s".formatted(kind.groupResource(), name, why),
                details(kind, name));
    }

    static ApiError namespaceTerminating(Kind kind, String name, String namespace) {
        String message =
                "unable to create new content in namespace %s because it is being terminated".formatted(namespace);
        ApiError error = forbidden(kind, name, message);
        error.causes()
                .addObject()
                .put("reason", "NamespaceTerminating")
                .put("message", "namespace %s is being terminated".formatted(namespace))
                .put("field", "metadata.namespace");
        return error;
    }

    static ApiError invalid(Kind kind, String name, List<FieldError> errors) {
        return invalid(kind.name(), kind.group(), name, errors);
    }

    static ApiError invalid(String kind, String group, String name, List<FieldError> errors) {
        String sentences = new LinkedHashSet<>(errors)
                .stream()
                        .map(error -> error.field() + ": " + error.message())
                        .collect(Collectors.joining(", ", errors.size() > 1 ? "[" : "", errors.size() > 1 ? "]" : ""));
        String qualified = group.isEmpty() ? kind : kind + "." + group;
        ApiError invalid = new ApiError(
                422,
                "Invalid",
                "%s \"%s\" is invalid: %s".formatted(qualified, name, sentences),
                details(name, group, kind));
        for (FieldError error : errors) {
            invalid.causes()
                    .addObject()
                    .put("reason", error.reason())
                    .put("message", error.message())
                    .put("field", error.field());
        }
        return invalid;
    }

    /** @param conflicts one cause for each field that another manager owns */
    static ApiError applyConflict(String message, ArrayNode conflicts) {
        ApiError error = of(409, "Conflict", message);
        error.causes().addAll(conflicts);
        return error;
    }

    static ApiError expired(String message) {
        return of(410, "Expired", message);
    }

    static ApiError versionTooLarge(long wanted, long current) {
        ApiError error =
                of(504, "Timeout", "Timeout: Too large resource version: %d, current: %d".formatted(wanted, current));
        error.causes()
                .addObject()
                .put("reason", "ResourceVersionTooLarge")
                .put("message", "Too large resource version");
        ((ObjectNode) error.status.get("details")).put("retryAfterSeconds", 1);
        return error;
    }

    boolean isAlreadyExists() {
        return status.path("reason").asText().equals("AlreadyExists");
    }

    int code() {
        return status.get("code").asInt();
    }

    ObjectNode status() {
        return status;
    }

    private ArrayNode causes() {
        return status.withObject("details").withArray("causes");
    }

    private static ObjectNode details(Kind kind, String name) {
        return details(name, kind.group(), kind.plural());
    }

    static ObjectNode details(String name, String group, String kind) {
        ObjectNode details = Json.object();
        if (!name.isEmpty()) {
            details.put("name", name);
        }
        if (!group.isEmpty()) {
            details.put("group", group);
        }
        return details.put("kind", kind);
    }
}
