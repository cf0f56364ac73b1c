package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.function.UnaryOperator;

/** Reads and writes objects by the rules that hold for all kinds: names, versions, generations, statuses, finalizers. */
final class Resources {
    /** Metadata that only the server writes. */
    private static final List<String> SERVER_FIELDS = List.of(
            "uid",
            "creationTimestamp",
            "deletionTimestamp",
            "deletionGracePeriodSeconds",
            "generation",
            "resourceVersion",
            "selfLink",
            "managedFields");

    private final Store store;
    private final Kinds kinds;

    Resources(Store store, Kinds kinds) {
        this.store = store;
        this.kinds = kinds;
    }

    Kinds kinds() {
        return kinds;
    }

    Store store() {
        return store;
    }

    /** What has become of an object that was deleted. */
    record Deletion(ObjectNode object, boolean gone) {}

    ObjectNode get(Kind kind, Store.Key key) {
        return store.get(key).orElseThrow(() -> ApiError.notFound(kind, key.name()));
    }

    /** @param object becomes the server's, nobody else may change it later */
    ObjectNode create(Kind kind, String namespace, ObjectNode object, WriteOptions options) {
        requireType(kind, object);
        Metadata metadata = Metadata.of(object);
        requireNamespace(kind, metadata, namespace);
        if (metadata.name().isEmpty() && metadata.node().hasNonNull("generateName")) {
            metadata.node()
                    .put(
                            "name",
                            Names.generate(metadata.node().get("generateName").asText()));
        }
        prune(kind, object, options, false);
        if (kind.namespaced()) {
            metadata.node().put("namespace", namespace);
            requireLiving(kind, namespace, metadata.name());
        }
        JsonNode managedFields = metadata.node().get("managedFields");
        metadata.node().remove(SERVER_FIELDS);
        metadata.set("managedFields", managedFields);
        metadata.node().put("uid", UUID.randomUUID().toString()).put("creationTimestamp", now(0));
        if (kind.hasGeneration()) {
            metadata.node().put("generation", 1);
        }
        // a node registers with its status
        if (kind.hasStatus() && !kind.name().equals("Node")) {
            object.remove("status");
        }
        BuiltIns.prepareForCreate(kind, object);
        kind.schema().ifPresent(schema -> schema.setDefaults(object));
        validate(kind, object, Optional.empty());
        Store.Key key = kind.key(namespace, metadata.name());
        Optional<ObjectNode> created =
                options.dryRun() && store.get(key).isEmpty() ? Optional.of(object) : store.create(key, object);
        return created.orElseThrow(() -> ApiError.alreadyExists(kind, metadata.name()));
    }

    /**
     * Changes an object, again when somebody else was faster.
     *
     * @param subresource empty for the object itself
     * @param change gets the stored object, which it may not change, and returns a new one
     */
    ObjectNode update(
            Kind kind, Store.Key key, String subresource, UnaryOperator<ObjectNode> change, WriteOptions options) {
        while (true) {
            ObjectNode current = get(kind, key);
            ObjectNode desired = copy(kind, change.apply(current));
            requireType(kind, desired);
            Metadata metadata = Metadata.of(desired);
            requireName(metadata, key);
            requireNamespace(kind, metadata, key.namespace());
            Metadata before = Metadata.of(current);
            if (!metadata.resourceVersion().isEmpty()
                    && !metadata.resourceVersion().equals(before.resourceVersion())) {
                throw ApiError.modified(kind, key.name());
            }
            prune(kind, desired, options, true);
            ObjectNode next = next(kind, subresource, current, desired);
            kind.schema().ifPresent(schema -> schema.setDefaults(next));
            // a binding sets what nobody may change later
            validate(kind, next, subresource.equals("binding") ? Optional.empty() : Optional.of(current));
            if (!subresource.equals("binding")) {
                countGeneration(kind, current, next);
            }
            if (options.dryRun() || next.equals(current)) {
                return options.dryRun() ? next : current;
            }
            Optional<ObjectNode> written =
                    mayGo(kind, next) ? store.delete(key, current, next) : store.replace(key, current, next);
            if (written.isPresent()) {
                return written.get();
            }
        }
    }

    /** A copy that may be changed: in its metadata, or, where a schema changes it, all through. */
    private static ObjectNode copy(Kind kind, ObjectNode object) {
        return kind.custom() ? object.deepCopy() : Metadata.copy(object);
    }

    /** What of the desired object may be written through this subresource, and the rest as it is. */
    private static ObjectNode next(Kind kind, String subresource, ObjectNode current, ObjectNode desired) {
        boolean status = subresource.equals("status");
        ObjectNode next = Json.shallow(status ? current : desired);
        Metadata before = Metadata.of(current);
        // the status of a custom resource comes alone, that of a built-in kind may bring labels
        Metadata metadata = status && kind.custom() ? new Metadata(Json.shallow(before.node())) : Metadata.of(desired);
        if (!metadata.uid().isEmpty() && !metadata.uid().equals(before.uid())) {
            FieldError immutable = FieldError.invalid("metadata.uid", metadata.uid(), "field is immutable");
            throw ApiError.invalid(kind, before.name(), List.of(immutable));
        }
        JsonNode managedFields = Metadata.of(desired).node().path("managedFields");
        for (String field : SERVER_FIELDS) {
            metadata.set(field, before.node().get(field));
        }
        if (!managedFields.isEmpty()) {
            metadata.set("managedFields", managedFields);
        }
        next.set("metadata", metadata.node());
        if (status) {
            set(next, "status", desired.get("status"));
        } else if (kind.hasStatus() && !subresource.equals("binding")) {
            set(next, "status", current.get("status"));
        }
        if (kind.name().equals("Namespace") && !subresource.equals("finalize")) {
            set(next, "spec", current.get("spec"));
        }
        return next;
    }

    private static void countGeneration(Kind kind, ObjectNode current, ObjectNode next) {
        if (!wanted(kind, current).equals(wanted(kind, next))) {
            Metadata.of(next).nextGeneration();
        }
    }

    private static ObjectNode wanted(Kind kind, ObjectNode object) {
        ObjectNode wanted = Json.shallow(object);
        wanted.remove("metadata");
        if (kind.hasStatus()) {
            wanted.remove("status");
        }
        return wanted;
    }

    Deletion delete(Kind kind, Store.Key key, DeleteOptions options) {
        while (true) {
            ObjectNode current = get(kind, key);
            requirePreconditions(kind, current, options);
            if (kind.name().equals("Namespace") && BuiltIns.PERMANENT_NAMESPACES.contains(key.name())) {
                throw ApiError.forbidden(kind, key.name(), "this namespace may not be deleted");
            }
            ObjectNode next = deleted(kind, current, options);
            boolean gone = mayGo(kind, next);
            if (options.dryRun() || (!gone && next.equals(current))) {
                return new Deletion(current, gone);
            }
            Optional<ObjectNode> written = gone ? store.delete(key, current, next) : store.replace(key, current, next);
            if (written.isPresent()) {
                return new Deletion(written.get(), gone);
            }
        }
    }

    private static ObjectNode deleted(Kind kind, ObjectNode current, DeleteOptions options) {
        ObjectNode next = Metadata.copy(current);
        Metadata metadata = Metadata.of(next);
        long grace = kind.name().equals("Pod") ? gracePeriod(current, options) : 0;
        if (!metadata.terminating()) {
            metadata.node().put("deletionTimestamp", now(grace)).put("deletionGracePeriodSeconds", (int) grace);
            metadata.nextGeneration();
            List<String> finalizers = metadata.finalizers();
            if (options.propagation().equals("Foreground")) {
                finalizers.add(GarbageCollector.FOREGROUND);
            } else if (options.propagation().equals("Orphan")) {
                finalizers.add(GarbageCollector.ORPHAN);
            }
            metadata.setFinalizers(finalizers);
            if (kind.name().equals("Namespace")) {
                next.set("status", Json.object().put("phase", "Terminating"));
            }
        } else if (grace < metadata.gracePeriodSeconds()) {
            metadata.node().put("deletionTimestamp", now(grace)).put("deletionGracePeriodSeconds", (int) grace);
        }
        return next;
    }

    /** A pod that a node runs stays until the node says that it has ended, by deleting it with a grace period of 0. */
    private static long gracePeriod(ObjectNode pod, DeleteOptions options) {
        if (pod.at("/spec/nodeName").asText().isEmpty() || Columns.isTerminal(pod)) {
            return 0;
        }
        return options.gracePeriodSeconds()
                .orElse(pod.at("/spec/terminationGracePeriodSeconds").asLong(30));
    }

    private static boolean mayGo(Kind kind, ObjectNode object) {
        Metadata metadata = Metadata.of(object);
        return metadata.terminating()
                && metadata.finalizers().isEmpty()
                && metadata.gracePeriodSeconds() == 0
                && !(kind.name().equals("Namespace")
                        && !object.at("/spec/finalizers").isEmpty());
    }

    private static void requirePreconditions(Kind kind, ObjectNode current, DeleteOptions options) {
        Metadata metadata = Metadata.of(current);
        if (!options.uid().isEmpty() && !options.uid().equals(metadata.uid())) {
            throw ApiError.conflict(
                    kind.name(),
                    metadata.name(),
                    "the UID in the precondition (%s) does not match the UID in record (%s). The object might have been deleted and then"
                                    .formatted(options.uid(), metadata.uid())
                            + " recreated");
        }
        if (!options.resourceVersion().isEmpty() && !options.resourceVersion().equals(metadata.resourceVersion())) {
            throw ApiError.conflict(
                    kind.name(),
                    metadata.name(),
                    "the ResourceVersion in the precondition (%s) does not match the ResourceVersion in record (%s). The object might have"
                                    .formatted(options.resourceVersion(), metadata.resourceVersion())
                            + " been modified");
        }
    }

    private static void requireType(Kind kind, ObjectNode object) {
        String apiVersion = object.path("apiVersion").asText("");
        String name = object.path("kind").asText("");
        if (kind.custom() && name.isEmpty()) {
            throw ApiError.badRequest(
                    "the object provided is unrecognized (must be of type %s): Object 'Kind' is missing in '%s'"
                            .formatted(kind.name(), object));
        }
        if (!apiVersion.isEmpty() && !apiVersion.equals(kind.apiVersion())) {
            throw ApiError.badRequest("the API version in the data (%s) does not match the expected API version (%s)"
                    .formatted(apiVersion, kind.apiVersion()));
        }
        if (!name.isEmpty() && !name.equals(kind.name())) {
            throw ApiError.badRequest(
                    "%s in version \"%s\" cannot be handled as a %s: no kind \"%s\" is registered for this path"
                            .formatted(name, kind.version(), kind.name(), name));
        }
        object.put("apiVersion", kind.apiVersion()).put("kind", kind.name());
    }

    static void requireName(Metadata metadata, Store.Key key) {
        if (!metadata.name().equals(key.name())) {
            throw ApiError.badRequest("the name of the object (%s) does not match the name on the URL (%s)"
                    .formatted(metadata.name(), key.name()));
        }
    }

    private static void requireNamespace(Kind kind, Metadata metadata, String namespace) {
        if (!kind.namespaced()) {
            metadata.node().remove("namespace");
        } else if (!metadata.namespace().isEmpty() && !metadata.namespace().equals(namespace)) {
            throw ApiError.badRequest(
                    "the namespace of the provided object does not match the namespace sent on the request");
        } else {
            metadata.node().put("namespace", namespace);
        }
    }

    private void requireLiving(Kind kind, String namespace, String name) {
        Kind namespaces = kinds.find("v1", "namespaces").orElseThrow();
        if (Metadata.of(get(namespaces, namespaces.key("", namespace))).terminating()) {
            throw ApiError.namespaceTerminating(kind, name, namespace);
        }
    }

    private static void prune(Kind kind, ObjectNode object, WriteOptions options, boolean update) {
        String before = update && options.fieldValidation().equals("Strict") ? object.toString() : "";
        List<String> unknown = kind.schema().map(schema -> schema.prune(object)).orElse(List.of());
        List<String> problems =
                unknown.stream().map("unknown field \"%s\""::formatted).toList();
        if (options.fieldValidation().equals("Warn")) {
            options.warnings().addAll(problems);
        }
        if (unknown.isEmpty() || !options.fieldValidation().equals("Strict")) {
            return;
        }
        String sentence = "strict decoding error: " + String.join(", ", problems);
        if (update) {
            throw ApiError.invalid(
                    "",
                    "",
                    "",
                    List.of(new FieldError(
                            "FieldValueInvalid",
                            "patch",
                            "Invalid value: %s: %s".formatted(TextNode.valueOf(before), sentence))));
        }
        throw ApiError.badRequest("%s in version \"%s\" cannot be handled as a %s: %s"
                .formatted(kind.name(), kind.version(), kind.name(), sentence));
    }

    private static void validate(Kind kind, ObjectNode object, Optional<ObjectNode> previous) {
        List<FieldError> errors = new ArrayList<>();
        Metadata metadata = Metadata.of(object);
        Names.validate(kind, metadata, errors);
        previous.map(Metadata::of).filter(Metadata::terminating).ifPresent(before -> {
            List<String> added = metadata.finalizers();
            added.removeAll(before.finalizers());
            if (!added.isEmpty()) {
                errors.add(FieldError.forbidden(
                        "metadata.finalizers",
                        "no new finalizers can be added if the object is being deleted, found new finalizers []string{\"%s\"}"
                                .formatted(String.join("\", \"", added))));
            }
        });
        kind.schema()
                .ifPresentOrElse(
                        schema -> errors.addAll(schema.validate(object, previous)),
                        () -> BuiltIns.validate(kind, object, previous, errors));
        if (!errors.isEmpty()) {
            throw ApiError.invalid(kind, metadata.name(), errors);
        }
    }

    private static void set(ObjectNode object, String field, JsonNode value) {
        if (value == null) {
            object.remove(field);
        } else {
            object.set(field, value);
        }
    }

    private static String now(long secondsLater) {
        return Instant.now()
                .plusSeconds(secondsLater)
                .truncatedTo(ChronoUnit.SECONDS)
                .toString();
    }
}
