package com.github.scriptrunner.camel.routes;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.apache.camel.util.TimeUtils;

/** The parameters of what a route of the operator begins with: which of their values are the administrator's. */
final class FromParameters {
    /** By scheme. */
    private static final Map<String, Set<String>> FREE =
            Map.of("workqueue", Set.of("workers", "interval", "stuckAfter"), "seda", Set.of("concurrentConsumers"));

    /** A status is written once an interval at most, and once a second. */
    private static final Duration LEAST_INTERVAL = Duration.ofSeconds(1);

    private FromParameters() {}

    static Stream<Mistake> mistakes(ParsedFile file, Route route, Route ours) {
        Set<String> names = new TreeSet<>();
        route.parameters().fieldNames().forEachRemaining(names::add);
        ours.parameters().fieldNames().forEachRemaining(names::add);
        return names.stream()
                .filter(name ->
                        !route.parameters().path(name).equals(ours.parameters().path(name)))
                .flatMap(name -> mistake(file, route, ours, name));
    }

    private static Stream<Mistake> mistake(ParsedFile file, Route route, Route ours, String name) {
        JsonNode value = route.parameters().path(name);
        JsonNode our = ours.parameters().path(name);
        if (value.isMissingNode()) {
            return Stream.of(file.mistake(
                    route.line(),
                    "the route %s relies on the parameter %s: set it to %s".formatted(route.id(), name, our.asText())));
        }
        Set<String> free = FREE.getOrDefault(ours.from().replaceFirst(":.*", ""), Set.of());
        if (!free.contains(name)) {
            return Stream.of(file.mistake(
                    ParsedFile.line(value),
                    "the parameter %s of the route %s is not to be %s; yours to set are %s"
                            .formatted(
                                    name,
                                    route.id(),
                                    our.isMissingNode() ? "set" : "changed",
                                    free.isEmpty() ? "none" : String.join(", ", new TreeSet<>(free)))));
        }
        return name.equals("interval") && isTooShort(value.asText())
                ? Stream.of(file.mistake(
                        ParsedFile.line(value),
                        "a status is written at most once a second: set interval to 1s or more"))
                : Stream.empty();
    }

    /** Of what is no duration, or a placeholder, Camel says so itself or knows better. */
    private static boolean isTooShort(String interval) {
        try {
            return TimeUtils.toDuration(interval).compareTo(LEAST_INTERVAL) < 0;
        } catch (IllegalArgumentException e) {
            return false;
        }
    }
}
