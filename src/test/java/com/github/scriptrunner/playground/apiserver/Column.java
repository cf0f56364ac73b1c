package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Function;

/**
 * A column of {@code kubectl get}.
 *
 * @param priority 0: always shown, else with {@code -o wide} only
 * @param cell what it shows of an object
 */
record Column(
        String name,
        String type,
        String format,
        String description,
        int priority,
        Function<ObjectNode, JsonNode> cell) {}
