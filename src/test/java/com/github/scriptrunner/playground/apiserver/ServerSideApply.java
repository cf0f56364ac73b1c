package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Server-side apply: merges what a manager wants, takes away what it wanted before and no longer does, and refuses to change what
 * another manager has applied to another value, unless forced.
 *
 * <p>Coarser than Kubernetes: only managers that apply own fields. Updates and other patches take no ownership and lose none, so that a later
 * apply overwrites what they changed without a conflict.
 *
 * <p>Sets of fields have the form of {@code fieldsV1}: {@code f:NAME} for a field, {@code k:{KEYS}} for an item of a list that is a map,
 * {@code v:VALUE} for an item of a list that is a set, {@code .} for the item itself.
 */
final class ServerSideApply {
    /** What names the object, and what only the server writes, belongs to nobody. */
    private static final Set<String> UNOWNED = Set.of(
            "name",
            "namespace",
            "uid",
            "creationTimestamp",
            "generation",
            "resourceVersion",
            "managedFields",
            "selfLink");

    private final Kind kind;
    private final String manager;
    private final boolean force;
    private final String subresource;

    ServerSideApply(Kind kind, String manager, boolean force, String subresource) {
        this.kind = kind;
        this.manager = manager;
        this.force = force;
        this.subresource = subresource;
    }

    /**
     * The object with what is applied, and with its managed fields.
     *
     * @param live the stored object, or an empty one
     */
    ObjectNode apply(ObjectNode live, ObjectNode applied) {
        requireDeclared(applied);
        Structure root =
                new Structure(kind.schema().map(StructuralSchema::openApi).orElse(null), "");
        ObjectNode wanted = owned(root, applied);
        ObjectNode before = Json.object();
        List<ObjectNode> others = new ArrayList<>();
        String time = Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
        for (JsonNode entry : live.path("metadata").path("managedFields")) {
            if (isOurs(entry)) {
                before = (ObjectNode) entry.path("fieldsV1");
                time = before.equals(wanted) ? entry.path("time").asText() : time;
            } else {
                others.add(entry.deepCopy());
            }
        }
        resolveConflicts(root, live, applied, wanted, others);

        ObjectNode next = (ObjectNode) merge(root, live, applied);
        List<JsonNode> kept = new ArrayList<>(List.of(wanted));
        others.forEach(other -> kept.add(other.path("fieldsV1")));
        next = (ObjectNode) remove(root, next, before, kept);
        ArrayNode managedFields = Json.array(others);
        ObjectNode ours = managedFields.addObject().put("manager", manager).put("operation", "Apply");
        ours.put("apiVersion", kind.apiVersion())
                .put("time", time)
                .put("fieldsType", "FieldsV1")
                .set("fieldsV1", wanted);
        if (!subresource.isEmpty()) {
            ours.put("subresource", subresource);
        }
        next = Metadata.copy(next);
        Metadata.of(next).set("managedFields", managedFields);
        return next;
    }

    private boolean isOurs(JsonNode entry) {
        return entry.path("manager").asText().equals(manager)
                && entry.path("operation").asText().equals("Apply")
                && entry.path("subresource").asText("").equals(subresource);
    }

    private void requireDeclared(ObjectNode applied) {
        List<String> unknown =
                kind.schema().map(schema -> schema.prune(applied.deepCopy())).orElse(List.of());
        if (!unknown.isEmpty()) {
            Metadata metadata = Metadata.of(applied);
            throw ApiError.of(
                    500,
                    "",
                    "failed to create typed patch object (%s/%s; %s, Kind=%s): .%s: field not declared in schema"
                            .formatted(
                                    metadata.namespace(),
                                    metadata.name(),
                                    kind.apiVersion(),
                                    kind.name(),
                                    unknown.get(0)));
        }
    }

    /**
     * How a value is merged.
     *
     * @param schema null: of a built-in kind
     * @param field by which the lists of built-in kinds are known
     */
    private record Structure(JsonNode schema, String field) {
        Structure child(String name) {
            // the schema of a custom resource says nothing of its metadata
            boolean builtIn = schema == null || (field.isEmpty() && name.equals("metadata"));
            JsonNode known = builtIn ? null : StructuralSchema.property(schema, name);
            return new Structure(builtIn ? null : known == null ? Json.object() : known, name);
        }

        Structure items() {
            return new Structure(schema == null ? null : schema.path("items"), field + "[]");
        }

        boolean isGranular(JsonNode value) {
            return value.isObject()
                    && !value.isEmpty()
                    && (schema == null
                            || !schema.path("x-kubernetes-map-type").asText().equals("atomic"));
        }

        boolean isSet() {
            return schema == null
                    ? field.equals("finalizers")
                    : schema.path("x-kubernetes-list-type").asText().equals("set");
        }

        boolean isMap() {
            return schema == null
                    ? Patches.mergeKey(field) != null
                    : schema.path("x-kubernetes-list-type").asText().equals("map");
        }

        /** What names the item in a set of fields. */
        String item(JsonNode item) {
            if (isSet()) {
                return "v:" + item;
            }
            if (schema != null) {
                return "k:" + StructuralSchema.key(schema, item);
            }
            String key = Patches.mergeKey(field);
            return "k:" + Json.object().set(key, item.path(key));
        }
    }

    private static ObjectNode owned(Structure root, ObjectNode applied) {
        ObjectNode copy = Json.shallow(applied).remove(List.of("apiVersion", "kind"));
        if (copy.path("metadata") instanceof ObjectNode metadata) {
            ObjectNode ofUser = Json.shallow(metadata).remove(UNOWNED);
            copy.remove("metadata");
            if (!ofUser.isEmpty()) {
                copy.set("metadata", ofUser);
            }
        }
        return fields(root, copy);
    }

    private static ObjectNode fields(Structure structure, JsonNode value) {
        ObjectNode fields = Json.object();
        if (structure.isGranular(value)) {
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                fields.set("f:" + field.getKey(), fields(structure.child(field.getKey()), field.getValue()));
            }
        } else if (value.isArray() && (structure.isMap() || structure.isSet())) {
            for (JsonNode item : value) {
                ObjectNode ofItem = structure.isSet() ? Json.object() : fields(structure.items(), item);
                if (structure.isMap()) {
                    ofItem.putObject(".");
                }
                fields.set(structure.item(item), ofItem);
            }
        }
        return fields;
    }

    private static JsonNode merge(Structure structure, JsonNode live, JsonNode applied) {
        if (live == null) {
            return applied;
        }
        if (structure.isGranular(applied) && live.isObject()) {
            ObjectNode merged = Json.shallow((ObjectNode) live);
            for (Map.Entry<String, JsonNode> field : applied.properties()) {
                String name = field.getKey();
                merged.set(name, merge(structure.child(name), live.get(name), field.getValue()));
            }
            return merged;
        }
        if (applied.isObject() && applied.isEmpty() && live.isObject()) {
            return live;
        }
        if (applied.isArray() && live.isArray() && (structure.isMap() || structure.isSet())) {
            Map<String, JsonNode> merged = byName(structure, live);
            for (JsonNode item : applied) {
                merged.merge(structure.item(item), item, (old, wanted) -> merge(structure.items(), old, wanted));
            }
            return Json.array(merged.values());
        }
        return applied;
    }

    private static Map<String, JsonNode> byName(Structure structure, JsonNode list) {
        Map<String, JsonNode> items = new LinkedHashMap<>();
        list.forEach(item -> items.put(structure.item(item), item));
        return items;
    }

    /**
     * Takes away what was owned before and is in no set any more.
     *
     * @param kept the sets of what somebody owns now
     */
    private static JsonNode remove(Structure structure, JsonNode value, JsonNode before, List<JsonNode> kept) {
        if (value.isObject()) {
            ObjectNode next = Json.shallow((ObjectNode) value);
            before.properties().forEach(field -> {
                String name =
                        field.getKey().substring(Math.min(2, field.getKey().length()));
                JsonNode child = next.get(name);
                if (child != null) {
                    JsonNode left = removeOne(structure.child(name), child, field, kept);
                    if (left == null) {
                        next.remove(name);
                    } else {
                        next.set(name, left);
                    }
                }
            });
            return next;
        }
        if (value.isArray() && !before.isEmpty()) {
            Map<String, JsonNode> items = byName(structure, value);
            before.properties()
                    .forEach(item -> items.computeIfPresent(
                            item.getKey(), (name, found) -> removeOne(structure.items(), found, item, kept)));
            return Json.array(items.values());
        }
        return value;
    }

    private static JsonNode removeOne(
            Structure structure, JsonNode value, Map.Entry<String, JsonNode> owned, List<JsonNode> kept) {
        List<JsonNode> deeper = kept.stream()
                .filter(set -> set.has(owned.getKey()))
                .map(set -> set.get(owned.getKey()))
                .toList();
        JsonNode left = owned.getValue().isEmpty() ? value : remove(structure, value, owned.getValue(), deeper);
        boolean isItem = owned.getValue().has(".");
        boolean nothingLeft = owned.getValue().isEmpty() || isItem || left.isEmpty();
        return deeper.isEmpty() && nothingLeft ? null : left;
    }

    private void resolveConflicts(
            Structure root, ObjectNode live, ObjectNode applied, ObjectNode wanted, List<ObjectNode> others) {
        ArrayNode conflicts = Json.array();
        List<String> sentences = new ArrayList<>();
        for (ObjectNode other : others) {
            List<String> paths = new ArrayList<>();
            ObjectNode theirs = (ObjectNode) other.path("fieldsV1");
            conflicts(root, live, applied, wanted, theirs, "", paths);
            String with = "conflict with \"%s\"".formatted(other.path("manager").asText());
            for (String path : paths) {
                conflicts
                        .addObject()
                        .put("reason", "FieldManagerConflict")
                        .put("message", with)
                        .put("field", path);
                sentences.add(with + ": " + path);
            }
        }
        if (!force && !conflicts.isEmpty()) {
            String count = conflicts.size() == 1 ? "1 conflict: " : conflicts.size() + " conflicts: ";
            throw ApiError.applyConflict("Apply failed with " + count + String.join("\n", sentences), conflicts);
        }
    }

    /** Finds the fields that both own and that would change; when forced, takes them from the other. */
    private void conflicts(
            Structure structure,
            JsonNode live,
            JsonNode applied,
            ObjectNode wanted,
            ObjectNode theirs,
            String path,
            List<String> paths) {
        for (Map.Entry<String, JsonNode> field : wanted.properties()) {
            String name = field.getKey();
            if (name.equals(".") || !theirs.has(name)) {
                continue;
            }
            JsonNode from = child(structure, live, name);
            JsonNode to = child(structure, applied, name);
            Structure below = name.startsWith("f:") ? structure.child(name.substring(2)) : structure.items();
            String at = path + (name.startsWith("f:") ? "." + name.substring(2) : "[" + name.substring(2) + "]");
            if (!field.getValue().isEmpty() && !theirs.get(name).isEmpty()) {
                conflicts(below, from, to, (ObjectNode) field.getValue(), (ObjectNode) theirs.get(name), at, paths);
            } else if (from != null && !from.equals(to)) {
                paths.add(at);
                if (force) {
                    theirs.remove(name);
                }
            }
        }
    }

    private static JsonNode child(Structure structure, JsonNode value, String name) {
        if (value == null) {
            return null;
        }
        return name.startsWith("f:")
                ? value.get(name.substring(2))
                : byName(structure, value).get(name);
    }
}
