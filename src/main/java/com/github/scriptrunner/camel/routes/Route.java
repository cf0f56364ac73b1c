package com.github.scriptrunner.camel.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map.Entry;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * What the check looks at in a route of a file.
 *
 * @param from the endpoint it consumes, as it is written
 * @param parameters of {@code from}
 * @param errors the id of its error configuration
 * @param frame what it says besides its remarks, that endpoint and its steps; what else {@code from} says by its path
 * @param steps at any depth, in the order of the file
 */
record Route(String id, int line, String from, JsonNode parameters, String errors, ObjectNode frame, List<Step> steps) {
    /** What it may say of itself without doing anything else. */
    private static final List<String> REMARKS = List.of("description", "logMask", "messageHistory", "trace");

    /** What is a remark there, or has a place of its own here. */
    private static final Set<String> OF_FROM = Set.of("id", "description", "uri", "parameters", "steps");

    /**
     * A step, without those within it.
     *
     * @param kind its name in the YAML, such as {@code filter}
     * @param within the steps and their parts around it by id, or kind without one; the outermost first
     * @param says all of it but its id and its description
     * @param calls the beans that it names, and the routes, as {@code direct:name}
     */
    record Step(String id, String kind, int line, List<String> within, JsonNode says, Set<String> calls) {
        /** In a list of addresses each. */
        private static final Pattern OF_ROUTE = Pattern.compile("(?:^|,)\\s*((?:direct|seda):[^?{}$,\\s]+)");

        private static final Pattern OF_BEAN = Pattern.compile("(?:\\bbean:(?://)?|^#)(\\w+)");

        static Step of(String kind, JsonNode step, int line, List<String> within) {
            JsonNode says = withoutSteps(step);
            Set<String> calls = new HashSet<>();
            collectCalls("", says, calls);
            return new Step(step.path("id").asText(), kind, line, within, says, calls);
        }

        private static JsonNode withoutSteps(JsonNode step) {
            JsonNode copy = step.deepCopy();
            if (copy instanceof ObjectNode fields) {
                fields.remove(List.of("id", "description"));
            }
            dropSteps(copy);
            return copy;
        }

        private static void dropSteps(JsonNode node) {
            if (node instanceof ObjectNode fields) {
                fields.remove("steps");
            }
            node.forEach(Step::dropSteps);
        }

        private static void collectCalls(String name, JsonNode node, Set<String> calls) {
            if (node.isTextual()) {
                if (name.equals("ref")) {
                    calls.add(node.asText());
                }
                Stream.of(OF_ROUTE, OF_BEAN)
                        .flatMap(call -> call.matcher(node.asText()).results())
                        .forEach(call -> calls.add(call.group(1)));
            }
            for (Entry<String, JsonNode> field : node.properties()) {
                collectCalls(field.getKey(), field.getValue(), calls);
            }
            if (node.isArray()) {
                node.forEach(item -> collectCalls(name, item, calls));
            }
        }
    }

    static Route of(JsonNode route) {
        JsonNode from = route.path("from");
        ObjectNode frame = route.deepCopy();
        frame.remove(REMARKS);
        frame.remove("from");
        from.properties().stream()
                .filter(field -> !OF_FROM.contains(field.getKey()))
                .forEach(field -> frame.set("from." + field.getKey(), field.getValue()));
        return new Route(
                route.path("id").asText(),
                ParsedFile.line(route),
                from.path("uri").asText(),
                from.path("parameters"),
                route.path("routeConfigurationId").asText(),
                frame,
                steps(from));
    }

    /** Of the endpoint, without its parameters. */
    String address() {
        return from.replaceFirst("\\?.*", "");
    }

    /** At any depth, in the order of the file. */
    static List<Step> steps(JsonNode element) {
        List<Step> steps = new ArrayList<>();
        collect(element, List.of(), steps);
        return steps;
    }

    /** A step is the one entry of an item of a list of steps; whatever lies on the way to an inner list is around its steps. */
    private static void collect(JsonNode node, List<String> within, List<Step> found) {
        for (Entry<String, JsonNode> field : node.properties()) {
            boolean isSteps = field.getKey().equals("steps");
            List<String> around = isSteps
                    ? within
                    : Stream.concat(
                                    within.stream(),
                                    Stream.of(field.getValue().path("id").asText(field.getKey())))
                            .toList();
            if (field.getValue().isObject()) {
                collect(field.getValue(), around, found);
            }
            for (JsonNode item : field.getValue().isArray() ? field.getValue() : List.<JsonNode>of()) {
                if (isSteps) {
                    item.properties()
                            .forEach(step ->
                                    found.add(Step.of(step.getKey(), step.getValue(), ParsedFile.line(item), within)));
                }
                collect(item, around, found);
            }
        }
    }
}
