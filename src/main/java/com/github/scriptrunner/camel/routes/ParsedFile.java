package com.github.scriptrunner.camel.routes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.github.scriptrunner.camel.routes.Route.Step;
import com.networknt.schema.InputFormat;
import com.networknt.schema.serialization.NodeReader;
import com.networknt.schema.utils.JsonNodes;
import java.io.IOException;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/** A route file as YAML whose nodes know their lines. */
record ParsedFile(RouteFile file, JsonNode yaml) {
    private static final NodeReader YAML = NodeReader.builder().locationAware().build();

    /** @throws JsonProcessingException when it is no YAML, with the place where it stops being it */
    static ParsedFile of(RouteFile file) throws IOException {
        try {
            return new ParsedFile(file, YAML.readTree(file.text(), InputFormat.YAML));
        } catch (IllegalArgumentException e) {
            if (e.getCause() instanceof JsonProcessingException why) {
                throw why;
            }
            throw e;
        }
    }

    String name() {
        return file.name();
    }

    /** Its top-level elements, each of which has one entry: what it is. */
    Stream<JsonNode> elements() {
        return StreamSupport.stream(yaml.spliterator(), false);
    }

    List<Route> routes() {
        return elements("route").map(Route::of).toList();
    }

    /** From which it takes its name in error messages, by {@code routeConfigurationId}. */
    List<ErrorConfiguration> errorConfigurations() {
        return elements("routeConfiguration").map(ErrorConfiguration::new).toList();
    }

    /** Of its routes and error configurations. */
    Stream<Step> steps() {
        return Stream.of(elements("route").map(route -> route.path("from")), elements("routeConfiguration"))
                .flatMap(Function.identity())
                .flatMap(element -> Route.steps(element).stream());
    }

    private Stream<JsonNode> elements(String kind) {
        return elements().filter(element -> element.has(kind)).map(element -> element.get(kind));
    }

    Mistake mistake(int line, String message) {
        return Mistake.in(file, line, message);
    }

    /** From 1. */
    static int line(JsonNode node) {
        return JsonNodes.tokenStreamLocationOf(node).getLineNr();
    }

    /** A {@code routeConfiguration}. */
    record ErrorConfiguration(JsonNode yaml) {
        String id() {
            return yaml.path("id").asText();
        }

        int line() {
            return ParsedFile.line(yaml);
        }
    }
}
