package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.google.re2j.Pattern;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * The schema of a custom resource: drops unknown fields, fills in defaults and finds what is wrong, with the sentences of Kubernetes.
 *
 * <p>Not done: ratcheting (an unchanged value that a newer schema refuses stays allowed in Kubernetes), embedded resources, formats other
 * than {@code date-time}.
 */
final class StructuralSchema {
    /** Kubernetes evaluates no rules on an object with one of these. */
    private static final Set<String> BLOCKING = Set.of(
            "FieldValueRequired",
            "FieldValueTooLong",
            "FieldValueTooMany",
            "FieldValueTypeInvalid",
            "FieldValueNotSupported");

    private static final Set<String> TYPE_META = Set.of("apiVersion", "kind", "metadata");

    private final JsonNode root;
    private final ValidationRules rules;
    private final Map<String, Pattern> patterns = new ConcurrentHashMap<>();

    private StructuralSchema(JsonNode root, ValidationRules rules) {
        this.root = root;
        this.rules = rules;
    }

    /** @throws ValidationRules.Uncompilable when one of its rules is wrong */
    static StructuralSchema of(JsonNode openApi) throws ValidationRules.Uncompilable {
        return new StructuralSchema(openApi, ValidationRules.compile(openApi));
    }

    /** The OpenAPI v3 schema as it was given. */
    JsonNode openApi() {
        return root;
    }

    /** Removes the fields that the schema does not know, and returns their paths. */
    List<String> prune(ObjectNode object) {
        List<String> unknown = new ArrayList<>();
        prune(root, object, "", unknown);
        return unknown;
    }

    private static void prune(JsonNode schema, JsonNode value, String path, List<String> unknown) {
        if (value.isArray()) {
            for (int i = 0; i < value.size(); i++) {
                prune(schema.path("items"), value.get(i), path + "[" + i + "]", unknown);
            }
        }
        if (!value.isObject()) {
            return;
        }
        JsonNode additional = schema.path("additionalProperties");
        boolean open = schema.path("x-kubernetes-preserve-unknown-fields").asBoolean() || additional.asBoolean();
        for (Iterator<Map.Entry<String, JsonNode>> fields = value.properties().iterator(); fields.hasNext(); ) {
            Map.Entry<String, JsonNode> field = fields.next();
            if (path.isEmpty() && TYPE_META.contains(field.getKey())) {
                continue;
            }
            String child = join(path, field.getKey());
            JsonNode known = property(schema, field.getKey());
            if (known != null) {
                prune(known, field.getValue(), child, unknown);
            } else if (!open) {
                fields.remove();
                unknown.add(child);
            }
        }
    }

    /** Fills in what is absent, and drops nulls that the schema does not allow. */
    void setDefaults(ObjectNode object) {
        setDefaults(root, object);
    }

    private static void setDefaults(JsonNode schema, JsonNode value) {
        if (value.isArray()) {
            value.forEach(item -> setDefaults(schema.path("items"), item));
        }
        if (!(value instanceof ObjectNode object)) {
            return;
        }
        object.properties().removeIf(field -> {
            JsonNode known = property(schema, field.getKey());
            return field.getValue().isNull()
                    && known != null
                    && !known.path("nullable").asBoolean();
        });
        for (Map.Entry<String, JsonNode> known : schema.path("properties").properties()) {
            if (!object.has(known.getKey()) && known.getValue().has("default")) {
                object.set(known.getKey(), known.getValue().get("default").deepCopy());
            }
        }
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            JsonNode known = property(schema, field.getKey());
            if (known != null) {
                setDefaults(known, field.getValue());
            }
        }
    }

    /** @param previous what the object replaces; rules about changes look at it */
    List<FieldError> validate(ObjectNode object, Optional<ObjectNode> previous) {
        List<FieldError> errors = new ArrayList<>();
        validate(root, object, "", errors);
        uniqueItems(root, object, "", errors);
        if (errors.stream().anyMatch(error -> BLOCKING.contains(error.reason()))) {
            errors.add(new FieldError(
                    "FieldValueInvalid",
                    "<nil>",
                    "Invalid value: null: some validation rules were not checked because the object was invalid; correct the existing"
                            + " errors to complete validation"));
        } else {
            errors.addAll(rules.check(object, previous.orElse(null)));
        }
        return errors;
    }

    private void validate(JsonNode schema, JsonNode value, String path, List<FieldError> errors) {
        if (value.isNull() && schema.path("nullable").asBoolean()) {
            return;
        }
        String expected = schema.path("x-kubernetes-int-or-string").asBoolean()
                ? "integer,string"
                : schema.path("type").asText("");
        String actual = type(value);
        boolean fits = expected.isEmpty()
                || List.of(expected.split(",", -1)).contains(actual)
                || (expected.equals("number") && value.isNumber())
                || (expected.equals("integer") && value.isNumber() && value.asDouble() == Math.rint(value.asDouble()));
        if (!fits) {
            errors.add(FieldError.typeInvalid(name(path), actual, expected));
            return;
        }
        if (schema.has("enum")) {
            List<JsonNode> allowed = new ArrayList<>();
            schema.get("enum").forEach(allowed::add);
            if (!allowed.contains(value)) {
                errors.add(FieldError.unsupported(name(path), value, allowed));
            }
        }
        if (value.isNumber()) {
            validateNumber(schema, value, path, errors);
        } else if (value.isTextual()) {
            validateText(schema, value, path, errors);
        } else if (value.isArray()) {
            validateItems(schema, (ArrayNode) value, path, errors);
        } else if (value.isObject()) {
            validateProperties(schema, (ObjectNode) value, path, errors);
        }
        validateAlternatives(schema, value, path, errors);
    }

    private static void validateNumber(JsonNode schema, JsonNode value, String path, List<FieldError> errors) {
        double number = value.asDouble();
        JsonNode minimum = schema.path("minimum");
        JsonNode maximum = schema.path("maximum");
        boolean above = schema.path("exclusiveMinimum").asBoolean();
        boolean below = schema.path("exclusiveMaximum").asBoolean();
        if (minimum.isNumber() && (above ? number <= minimum.asDouble() : number < minimum.asDouble())) {
            errors.add(inBody(
                    path,
                    value,
                    (above ? "should be greater than " : "should be greater than or equal to ") + plain(minimum)));
        }
        if (maximum.isNumber() && (below ? number >= maximum.asDouble() : number > maximum.asDouble())) {
            errors.add(inBody(
                    path,
                    value,
                    (below ? "should be less than " : "should be less than or equal to ") + plain(maximum)));
        }
        if (schema.has("multipleOf") && number % schema.get("multipleOf").asDouble() != 0) {
            errors.add(inBody(path, value, "should be a multiple of " + plain(schema.get("multipleOf"))));
        }
    }

    /** Without the decimals that clients add to the bounds of a definition: 100, not 100.0. */
    private static String plain(JsonNode number) {
        return number.decimalValue().stripTrailingZeros().toPlainString();
    }

    private void validateText(JsonNode schema, JsonNode value, String path, List<FieldError> errors) {
        String text = value.asText();
        int length = text.codePointCount(0, text.length());
        if (length < schema.path("minLength").asInt(0)) {
            errors.add(inBody(path, value, "should be at least " + schema.get("minLength") + " chars long"));
        }
        if (length > schema.path("maxLength").asInt(Integer.MAX_VALUE)) {
            errors.add(FieldError.tooLong(name(path), schema.get("maxLength").asInt()));
        }
        if (schema.has("pattern")) {
            String pattern = schema.get("pattern").asText();
            if (!patterns.computeIfAbsent(pattern, Pattern::compile)
                    .matcher(text)
                    .find()) {
                errors.add(inBody(path, value, "should match '" + pattern + "'"));
            }
        }
        if (schema.path("format").asText().equals("date-time") && !isDateTime(text)) {
            errors.add(inBody(path, value, "must be of type date-time: " + value));
        }
    }

    private static boolean isDateTime(String text) {
        try {
            OffsetDateTime.parse(text);
            return true;
        } catch (DateTimeParseException e) {
            return false;
        }
    }

    private void validateItems(JsonNode schema, ArrayNode items, String path, List<FieldError> errors) {
        if (items.size() < schema.path("minItems").asInt(0)) {
            String detail = "%s in body should have at least %s items".formatted(path, schema.get("minItems"));
            errors.add(new FieldError(
                    "FieldValueInvalid", name(path), "Invalid value: %d: %s".formatted(items.size(), detail)));
        }
        if (items.size() > schema.path("maxItems").asInt(Integer.MAX_VALUE)) {
            errors.add(FieldError.tooMany(
                    name(path), items.size(), schema.get("maxItems").asInt()));
        }
        for (int i = 0; i < items.size(); i++) {
            validate(schema.path("items"), items.get(i), path + "[" + i + "]", errors);
        }
    }

    private void validateProperties(JsonNode schema, ObjectNode object, String path, List<FieldError> errors) {
        for (JsonNode required : schema.path("required")) {
            if (!object.has(required.asText())) {
                errors.add(FieldError.required(join(path, required.asText()), ""));
            }
        }
        if (object.size() < schema.path("minProperties").asInt(0)) {
            String detail =
                    "%s in body should have at least %s properties".formatted(path, schema.get("minProperties"));
            errors.add(new FieldError(
                    "FieldValueInvalid", name(path), "Invalid value: %d: %s".formatted(object.size(), detail)));
        }
        if (object.size() > schema.path("maxProperties").asInt(Integer.MAX_VALUE)) {
            errors.add(FieldError.tooMany(
                    name(path), object.size(), schema.get("maxProperties").asInt()));
        }
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            JsonNode known = property(schema, field.getKey());
            // the metadata has been checked before
            if (known != null && !(path.isEmpty() && TYPE_META.contains(field.getKey()))) {
                validate(known, field.getValue(), join(path, field.getKey()), errors);
            }
        }
    }

    private void validateAlternatives(JsonNode schema, JsonNode value, String path, List<FieldError> errors) {
        schema.path("allOf").forEach(all -> validate(all, value, path, errors));
        if (schema.has("anyOf") && fitting(schema.get("anyOf"), value, path) == 0) {
            errors.add(mustValidate(path, "must validate at least one schema (anyOf)"));
        }
        if (schema.has("oneOf") && fitting(schema.get("oneOf"), value, path) != 1) {
            errors.add(mustValidate(path, "must validate one and only one schema (oneOf)"));
        }
        if (schema.has("not") && fits(schema.get("not"), value, path)) {
            errors.add(mustValidate(path, "must not validate the schema (not)"));
        }
    }

    private int fitting(JsonNode schemas, JsonNode value, String path) {
        int count = 0;
        for (JsonNode schema : schemas) {
            count += fits(schema, value, path) ? 1 : 0;
        }
        return count;
    }

    private boolean fits(JsonNode schema, JsonNode value, String path) {
        List<FieldError> errors = new ArrayList<>();
        validate(schema, value, path, errors);
        return errors.isEmpty();
    }

    /** Lists that are sets or maps hold each item once. */
    private static void uniqueItems(JsonNode schema, JsonNode value, String path, List<FieldError> errors) {
        if (value.isObject()) {
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                JsonNode known = property(schema, field.getKey());
                if (known != null) {
                    uniqueItems(known, field.getValue(), join(path, field.getKey()), errors);
                }
            }
        } else if (value.isArray()) {
            String listType = schema.path("x-kubernetes-list-type").asText();
            Set<JsonNode> seen = new HashSet<>();
            for (int i = 0; i < value.size(); i++) {
                JsonNode item = value.get(i);
                JsonNode key = listType.equals("map") ? key(schema, item) : item;
                if ((listType.equals("set") || listType.equals("map")) && !seen.add(key)) {
                    errors.add(FieldError.duplicate(path + "[" + i + "]", key));
                }
                uniqueItems(schema.path("items"), item, path + "[" + i + "]", errors);
            }
        }
    }

    /** What tells an item of a {@code listType=map} from the others. */
    static ObjectNode key(JsonNode schema, JsonNode item) {
        ObjectNode key = Json.object();
        for (JsonNode name : schema.path("x-kubernetes-list-map-keys")) {
            if (item.has(name.asText())) {
                key.set(name.asText(), item.get(name.asText()));
            }
        }
        return key;
    }

    /** The schema of a field, or null when it is not known. */
    static JsonNode property(JsonNode schema, String field) {
        JsonNode declared = schema.path("properties").get(field);
        if (declared != null) {
            return declared;
        }
        JsonNode additional = schema.path("additionalProperties");
        return additional.isObject() ? additional : null;
    }

    static String type(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "string";
            case BOOLEAN -> "boolean";
            case NUMBER -> value.isIntegralNumber() ? "integer" : "number";
            case ARRAY -> "array";
            case OBJECT -> "object";
            default -> "null";
        };
    }

    static String join(String path, String field) {
        return path.isEmpty() ? field : path + "." + field;
    }

    private static String name(String path) {
        return path.isEmpty() ? "<nil>" : path;
    }

    private static FieldError inBody(String path, JsonNode value, String rule) {
        return FieldError.invalid(name(path), value, path + " in body " + rule);
    }

    private static FieldError mustValidate(String path, String rule) {
        return new FieldError("FieldValueInvalid", name(path), "Invalid value: \"\": \"%s\" %s".formatted(path, rule));
    }
}
