package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** The label and field selectors of lists, watches and deletions. */
final class Selectors {
    private static final Pattern COMMA_OUTSIDE_PARENTHESES = Pattern.compile(",(?![^(]*\\))");
    private static final Pattern LABEL = Pattern.compile(
            "(?<not>!?)\\s*(?<key>[\\w./-]+)\\s*(?:(?<op>==|=|!=)\\s*(?<value>[\\w.-]*)|(?<set>in|notin)\\s*\\((?<values>[^)]*)\\))?");
    private static final Pattern FIELD = Pattern.compile("(?<path>[\\w.]+)(?<op>==|=|!=)(?<value>.*)");

    private static final Map<String, Set<String>> FIELDS = Map.of(
            "pods",
            Set.of(
                    "spec.nodeName",
                    "spec.restartPolicy",
                    "spec.schedulerName",
                    "spec.serviceAccountName",
                    "status.phase",
                    "status.podIP"),
            "nodes",
            Set.of("spec.unschedulable"),
            "namespaces",
            Set.of("status.phase"),
            "secrets",
            Set.of("type"),
            "events",
            Set.of(
                    "involvedObject.kind",
                    "involvedObject.namespace",
                    "involvedObject.name",
                    "involvedObject.uid",
                    "involvedObject.apiVersion",
                    "involvedObject.resourceVersion",
                    "involvedObject.fieldPath",
                    "reason",
                    "reportingComponent",
                    "source",
                    "type"));

    private Selectors() {}

    static Predicate<ObjectNode> of(Kind kind, String labelSelector, String fieldSelector) {
        Predicate<ObjectNode> all = object -> true;
        if (!labelSelector.isBlank()) {
            for (String requirement : COMMA_OUTSIDE_PARENTHESES.split(labelSelector, -1)) {
                all = all.and(label(requirement.strip()));
            }
        }
        if (!fieldSelector.isBlank()) {
            for (String requirement : fieldSelector.split(",", -1)) {
                all = all.and(field(kind, requirement.strip()));
            }
        }
        return all;
    }

    private static Predicate<ObjectNode> label(String requirement) {
        Matcher parts = LABEL.matcher(requirement);
        if (!parts.matches()) {
            throw ApiError.badRequest("unable to parse requirement: " + requirement
                    + ": expected: KEY, !KEY, KEY=VALUE, KEY!=VALUE, KEY in (VALUES) or KEY notin (VALUES)");
        }
        String key = parts.group("key");
        if (parts.group("op") == null && parts.group("set") == null) {
            boolean wanted = parts.group("not").isEmpty();
            return object -> label(object, key).isTextual() == wanted;
        }
        boolean negated = "!=".equals(parts.group("op")) || "notin".equals(parts.group("set"));
        Set<String> values = parts.group("set") == null
                ? Set.of(parts.group("value"))
                : Set.copyOf(List.of(parts.group("values").strip().split("\\s*,\\s*", -1)));
        return object -> {
            JsonNode label = label(object, key);
            return negated != (label.isTextual() && values.contains(label.asText()));
        };
    }

    private static JsonNode label(ObjectNode object, String key) {
        return object.path("metadata").path("labels").path(key);
    }

    private static Predicate<ObjectNode> field(Kind kind, String requirement) {
        Matcher parts = FIELD.matcher(requirement);
        if (!parts.matches()) {
            throw ApiError.badRequest(
                    "invalid selector: '%s'; can't understand '%s'".formatted(requirement, requirement));
        }
        String path = parts.group("path");
        boolean known = path.equals("metadata.name")
                || path.equals("metadata.namespace")
                || FIELDS.getOrDefault(kind.storedAs(), Set.of()).contains(path);
        if (!known) {
            throw ApiError.badRequest("field label not supported: " + path);
        }
        String pointer = "/" + (path.equals("source") ? "source.component" : path).replace('.', '/');
        String absent = path.equals("spec.unschedulable") ? "false" : "";
        String value = parts.group("value");
        boolean negated = parts.group("op").equals("!=");
        return object -> negated != object.at(pointer).asText(absent).equals(value);
    }
}
