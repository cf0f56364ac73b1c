package com.github.scriptrunner.camel.routes;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.Deque;
import java.util.List;
import java.util.Locale;
import java.util.Map.Entry;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.apache.camel.FailedToCreateRouteException;

/** Why routes could not be made, in the words of Camel, and where: it names a route or a file, but no line. */
record FailedStart(Exception failure) {
    private static final Pattern NOT_SET = Pattern.compile("Property with key \\[(.+?)] not found.*", Pattern.DOTALL);

    private static final Pattern NO_COMPONENT = Pattern.compile("No endpoint could be found for: ([^:]+):.*");

    /** A word shorter than this may be anywhere. */
    private static final int TELLING = 4;

    Mistake among(Collection<ParsedFile> files) {
        // the root first
        Deque<String> told = new ArrayDeque<>();
        FailedToCreateRouteException ofRoute = null;
        for (Throwable each = failure; each != null; each = each.getCause()) {
            told.push(requireNonNullElse(each.getMessage(), each.toString()));
            ofRoute = each instanceof FailedToCreateRouteException found ? found : ofRoute;
        }
        String why = told.peek();
        String route = ofRoute == null ? null : ofRoute.getRouteId();
        ParsedFile file = files.stream()
                .filter(each -> route == null
                        ? failure.toString().contains(each.file().location())
                        : each.routes().stream().anyMatch(its -> its.id().equals(route)))
                .findFirst()
                .orElseThrow(() -> new IllegalStateException("the routes cannot be made: " + why, failure));
        Matcher noComponent = NO_COMPONENT.matcher(why);
        if (noComponent.matches()) {
            String component = noComponent.group(1);
            return file.mistake(
                    line(file, route, word -> word.startsWith(component + ":")),
                    "there is no Camel component %s: put its jars into /operator/extra, as docs/routes.md says, or correct the name"
                            .formatted(component));
        }
        int line = told.stream()
                .mapToInt(message -> line(file, route, placeIn(message)::contains))
                .filter(found -> found > 0)
                .findFirst()
                .orElse(0);
        return file.mistake(line, sentence(why));
    }

    private static String sentence(String why) {
        Matcher notSet = NOT_SET.matcher(why);
        if (notSet.matches()) {
            String key = notSet.group(1);
            return "{{%s}} is set nowhere: set the environment variable %s"
                    .formatted(key, key.replaceAll("[.-]", "_").toUpperCase(Locale.ROOT));
        }
        return why.lines().findFirst().orElse(why).strip();
    }

    /** What Camel says of it. */
    private static String placeIn(String message) {
        return message.replaceFirst("(?s).*Unknown parameters=", "").replaceFirst("(?s) in route: .*", "");
    }

    /** That of the longest word of the route that is there; 0 when there is none. */
    private static int line(ParsedFile file, String route, Predicate<String> isThere) {
        List<Word> words = new ArrayList<>();
        file.elements()
                .map(element -> element.path("route"))
                .filter(element -> route == null || element.path("id").asText().equals(route))
                .forEach(element -> collect(element, words));
        return words.stream()
                .filter(word -> word.text().length() >= TELLING && isThere.test(word.text()))
                .max(Comparator.comparingInt(word -> word.text().length()))
                .map(Word::line)
                .orElse(0);
    }

    private record Word(String text, int line) {}

    private static void collect(JsonNode node, List<Word> words) {
        if (node.isValueNode()) {
            words.add(new Word(node.asText(), ParsedFile.line(node)));
        }
        for (Entry<String, JsonNode> field : node.properties()) {
            words.add(new Word(field.getKey(), ParsedFile.line(field.getValue())));
        }
        node.forEach(child -> collect(child, words));
    }
}
