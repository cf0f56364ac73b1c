package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.stream.Collectors;

/**
 * What is wrong with one field, in the words of Kubernetes.
 *
 * @param reason one of {@code FieldValueRequired}, {@code FieldValueInvalid}, ...
 * @param field its path, such as {@code spec.tags[1]}
 * @param message the whole sentence without the path
 */
record FieldError(String reason, String field, String message) {
    static FieldError required(String field, String detail) {
        return new FieldError("FieldValueRequired", field, sentence("Required value", detail));
    }

    static FieldError forbidden(String field, String detail) {
        return new FieldError("FieldValueForbidden", field, sentence("Forbidden", detail));
    }

    static FieldError invalid(String field, JsonNode value, String detail) {
        return new FieldError("FieldValueInvalid", field, sentence("Invalid value: " + value, detail));
    }

    static FieldError invalid(String field, String value, String detail) {
        return invalid(field, TextNode.valueOf(value), detail);
    }

    static FieldError typeInvalid(String field, String actual, String expected) {
        String detail = "%s in body must be of type %s: \"%s\"".formatted(field, expected, actual);
        return new FieldError("FieldValueTypeInvalid", field, sentence("Invalid value: \"" + actual + "\"", detail));
    }

    static FieldError unsupported(String field, JsonNode value, List<JsonNode> supported) {
        String values = supported.stream().map(JsonNode::toString).collect(Collectors.joining(", "));
        return new FieldError(
                "FieldValueNotSupported",
                field,
                "Unsupported value: %s: supported values: %s".formatted(value, values));
    }

    static FieldError duplicate(String field, JsonNode value) {
        return new FieldError("FieldValueDuplicate", field, "Duplicate value: " + value);
    }

    /** Kubernetes says bytes also where it counts characters. */
    static FieldError tooLong(String field, long limit) {
        return new FieldError("FieldValueTooLong", field, "Too long: may not be more than " + limit + " bytes");
    }

    static FieldError tooMany(String field, int actual, int limit) {
        return new FieldError(
                "FieldValueTooMany", field, "Too many: %d: must have at most %d items".formatted(actual, limit));
    }

    private static String sentence(String problem, String detail) {
        return detail.isEmpty() ? problem : problem + ": " + detail;
    }
}
