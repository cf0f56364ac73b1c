package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.fabric8.zjsonpatch.CompatibilityFlags;
import io.fabric8.zjsonpatch.JsonPatch;
import io.fabric8.zjsonpatch.JsonPatchException;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** The three kinds of patches. What is patched is never changed, the result is new where it differs. */
final class Patches {
    private static final int JSON_PATCH_LIMIT = 10_000;
    private static final String DELETE_FROM = "$deleteFromPrimitiveList/";
    private static final String ORDER = "$setElementOrder/";

    /** Lists that a strategic merge patch merges, and the field that tells their items apart. */
    private static final Map<String, String> MERGE_KEYS = Map.ofEntries(
            Map.entry("containers", "name"),
            Map.entry("initContainers", "name"),
            Map.entry("ephemeralContainers", "name"),
            Map.entry("volumes", "name"),
            Map.entry("env", "name"),
            Map.entry("imagePullSecrets", "name"),
            Map.entry("secrets", "name"),
            Map.entry("volumeMounts", "mountPath"),
            Map.entry("volumeDevices", "devicePath"),
            Map.entry("ports", "containerPort"),
            Map.entry("hostAliases", "ip"),
            Map.entry("topologySpreadConstraints", "topologyKey"),
            Map.entry("conditions", "type"),
            Map.entry("addresses", "type"),
            Map.entry("podIPs", "ip"),
            Map.entry("ownerReferences", "uid"));

    private Patches() {}

    /** The field that tells the items of this list of a built-in kind apart, or null. */
    static String mergeKey(String list) {
        return MERGE_KEYS.get(list);
    }

    /** RFC 6902. */
    static ObjectNode json(ObjectNode target, JsonNode patch) {
        if (!patch.isArray()) {
            throw ApiError.badRequest("error decoding patch: a JSON patch is a list of operations");
        }
        if (patch.size() > JSON_PATCH_LIMIT) {
            throw ApiError.of(
                    413,
                    "RequestEntityTooLarge",
                    "Request entity too large: The allowed maximum operations in a JSON patch is %d, got %d"
                            .formatted(JSON_PATCH_LIMIT, patch.size()));
        }
        try {
            return (ObjectNode)
                    JsonPatch.apply(patch, target, EnumSet.of(CompatibilityFlags.FORBID_REMOVE_MISSING_OBJECT));
        } catch (JsonPatchException e) {
            throw ApiError.of(
                    422,
                    "Invalid",
                    "the server rejected our request due to an error in our request: " + e.getMessage());
        }
    }

    /** RFC 7396. */
    static JsonNode merge(JsonNode target, JsonNode patch) {
        if (!patch.isObject()) {
            return patch;
        }
        ObjectNode merged = target instanceof ObjectNode object ? Json.shallow(object) : Json.object();
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            if (field.getValue().isNull()) {
                merged.remove(field.getKey());
            } else {
                merged.set(field.getKey(), merge(merged.get(field.getKey()), field.getValue()));
            }
        }
        return merged;
    }

    /** Merges lists by the keys that built-in kinds declare. */
    static JsonNode strategic(JsonNode target, JsonNode patch) {
        return strategic(target, patch, "");
    }

    private static JsonNode strategic(JsonNode target, JsonNode patch, String field) {
        if (patch instanceof ObjectNode object) {
            return strategicObject(target, object);
        }
        if (!patch.isArray()) {
            return patch;
        }
        if (field.equals("finalizers") && target != null) {
            Set<JsonNode> union = new LinkedHashSet<>(items(target));
            union.addAll(items(patch));
            return Json.array(union);
        }
        String key = MERGE_KEYS.get(field);
        return key == null || !patch.path(0).isObject() ? patch : strategicList(target, patch, key);
    }

    private static JsonNode strategicObject(JsonNode target, ObjectNode patch) {
        if (patch.path("$patch").asText().equals("replace")) {
            return Json.shallow(patch).without("$patch");
        }
        ObjectNode merged = target instanceof ObjectNode object ? Json.shallow(object) : Json.object();
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            String name = field.getKey();
            if (name.startsWith(DELETE_FROM)) {
                String list = name.substring(DELETE_FROM.length());
                List<JsonNode> kept = items(merged.path(list));
                kept.removeAll(items(field.getValue()));
                merged.set(list, Json.array(kept));
            } else if (field.getValue().isNull()) {
                merged.remove(name);
            } else if (!name.startsWith("$")) {
                merged.set(name, strategic(merged.get(name), field.getValue(), name));
            }
        }
        for (Map.Entry<String, JsonNode> field : patch.properties()) {
            if (field.getKey().startsWith(ORDER)) {
                String list = field.getKey().substring(ORDER.length());
                merged.set(list, ordered(merged.path(list), field.getValue(), MERGE_KEYS.get(list)));
            }
        }
        if (patch.has("$retainKeys")) {
            merged.retain(new HashSet<>(items(patch.get("$retainKeys")).stream()
                    .map(JsonNode::asText)
                    .toList()));
        }
        return merged;
    }

    private static ArrayNode strategicList(JsonNode target, JsonNode patch, String key) {
        Map<String, JsonNode> merged = new LinkedHashMap<>();
        boolean replace = items(patch).stream()
                .anyMatch(item -> item.path("$patch").asText().equals("replace"));
        if (target != null && !replace) {
            target.forEach(item -> merged.put(item.path(key).asText(), item));
        }
        for (JsonNode item : patch) {
            String name = item.path(key).asText();
            switch (item.path("$patch").asText()) {
                case "delete" -> merged.remove(name);
                case "replace" -> {}
                default -> merged.put(name, strategic(merged.get(name), item, ""));
            }
        }
        return Json.array(merged.values());
    }

    /** The named items in the order of the patch, then the others. */
    private static ArrayNode ordered(JsonNode list, JsonNode order, String key) {
        Map<JsonNode, JsonNode> left = new LinkedHashMap<>();
        list.forEach(item -> left.put(key == null ? item : item.path(key), item));
        List<JsonNode> ordered = new ArrayList<>();
        for (JsonNode item : order) {
            JsonNode found = left.remove(key == null ? item : item.path(key));
            if (found != null) {
                ordered.add(found);
            }
        }
        ordered.addAll(left.values());
        return Json.array(ordered);
    }

    private static List<JsonNode> items(JsonNode array) {
        List<JsonNode> items = new ArrayList<>();
        array.forEach(items::add);
        return items;
    }
}
