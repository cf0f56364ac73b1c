package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Set;

/** A pod's log, its assignment to a node, and its eviction. */
final class PodSubresources {
    static final Set<String> NAMES = Set.of("log", "binding", "eviction");

    private final Resources resources;
    private final ContainerLogs logs;

    PodSubresources(Resources resources, ContainerLogs logs) {
        this.resources = resources;
        this.logs = logs;
    }

    Answer answer(Request request, Router.Target target) {
        boolean post = request.method().equals("POST");
        return switch (target.subresource()) {
            case "log" -> new PodLog(logs, resources.get(target.kind(), target.key()), request);
            case "binding" -> post ? bind(request, target) : unknown();
            default -> post ? evict(request, target) : unknown();
        };
    }

    private static Answer unknown() {
        throw ApiError.of(405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
    }

    private Answer bind(Request request, Router.Target target) {
        String node = request.object().at("/target/name").asText();
        resources.update(
                target.kind(),
                target.key(),
                "binding",
                pod -> {
                    String bound = pod.at("/spec/nodeName").asText();
                    if (!bound.isEmpty()) {
                        throw ApiError.conflict(
                                "pods/binding",
                                target.name(),
                                "pod %s is already assigned to node \"%s\"".formatted(target.name(), bound));
                    }
                    ObjectNode next = pod.deepCopy();
                    next.withObject("spec").put("nodeName", node);
                    ArrayNode conditions = next.withObject("status").putArray("conditions");
                    for (JsonNode condition : pod.at("/status/conditions")) {
                        if (!condition.path("type").asText().equals("PodScheduled")) {
                            conditions.add(condition);
                        }
                    }
                    conditions
                            .addObject()
                            .put("type", "PodScheduled")
                            .put("status", "True")
                            .put(
                                    "lastTransitionTime",
                                    Instant.now()
                                            .truncatedTo(ChronoUnit.SECONDS)
                                            .toString());
                    return next;
                },
                WriteOptions.INTERNAL);
        return Answer.json(201, Router.success().put("code", 201));
    }

    private Answer evict(Request request, Router.Target target) {
        resources.delete(
                target.kind(), target.key(), DeleteOptions.of(request.object().path("deleteOptions")));
        return Answer.json(201, Router.success().put("code", 201));
    }
}
