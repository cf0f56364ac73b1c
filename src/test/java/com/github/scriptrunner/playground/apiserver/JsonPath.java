package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** The part of Kubernetes' JSONPath that printer columns use: fields, indexes, {@code [*]} and {@code [?(@.a=="b")]}. */
record JsonPath(List<Function<JsonNode, Stream<JsonNode>>> steps) {
    private static final Pattern STEP = Pattern.compile("""
            \\.(?<field>(?:\\\\.|[^.\\[\\\\])+)|\\['(?<quoted>[^']+)'\\]|\\[(?<index>\\d+)\\]|(?<all>\\[\\*\\])\
            |\\[\\?\\(@\\.(?<key>[^=\\s]+)\\s*==\\s*["'](?<value>[^"']*)["']\\)\\]""");

    static JsonPath of(String path) {
        List<Function<JsonNode, Stream<JsonNode>>> steps = new ArrayList<>();
        Matcher step = STEP.matcher(path);
        while (step.find()) {
            steps.add(step(step));
        }
        return new JsonPath(steps);
    }

    private static Function<JsonNode, Stream<JsonNode>> step(Matcher step) {
        if (step.group("index") != null) {
            int index = Integer.parseInt(step.group("index"));
            return node -> Stream.ofNullable(node.get(index));
        }
        if (step.group("all") != null) {
            return JsonNode::valueStream;
        }
        if (step.group("key") != null) {
            JsonPath key = of("." + step.group("key"));
            String value = step.group("value");
            return node -> node.valueStream()
                    .filter(item -> key.find(item).stream()
                            .anyMatch(found -> found.asText().equals(value)));
        }
        String field = step.group("quoted") != null
                ? step.group("quoted")
                : step.group("field").replace("\\", "");
        return node -> Stream.ofNullable(node.get(field));
    }

    List<JsonNode> find(JsonNode root) {
        Stream<JsonNode> found = Stream.of(root);
        for (Function<JsonNode, Stream<JsonNode>> step : steps) {
            found = found.flatMap(step);
        }
        return found.toList();
    }
}
