package com.github.scriptrunner.camel.routes;

import com.github.scriptrunner.camel.routes.Route.Step;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** What {@code read-result} ends with, as far as the kinds of its steps tell. */
final class LastBody {
    /** Steps that leave the body as it is. */
    private static final Set<String> ASIDE = Set.of(
            "delay",
            "log",
            "removeHeader",
            "removeHeaders",
            "removeProperty",
            "removeVariable",
            "setHeader",
            "setHeaders",
            "setProperty",
            "setVariable",
            "setVariables",
            "wireTap");

    private LastBody() {}

    static Optional<Mistake> mistake(ParsedFile file, Route readResult) {
        List<Step> steps = readResult.steps().stream()
                .filter(step -> step.within().isEmpty() && !isAside(step))
                .toList();
        if (steps.isEmpty()) {
            return Optional.of(file.mistake(
                    readResult.line(),
                    "the route read-result has to make a RunResult: keep a step that calls terminationMessages"));
        }
        Step last = steps.get(steps.size() - 1);
        return isAnythingElse(last)
                ? Optional.of(
                        file.mistake(
                                last.line(),
                                "the route read-result has to end with a RunResult as the body: keep it in a variable, or send on in publish-result"))
                : Optional.empty();
    }

    private static boolean isAside(Step step) {
        return ASIDE.contains(step.kind()) || step.says().has("variableReceive");
    }

    private static boolean isAnythingElse(Step step) {
        return switch (step.kind()) {
            case "marshal", "unmarshal", "convertBodyTo" -> true;
            case "setBody", "transform" ->
                step.says().has("constant") || step.says().path("expression").has("constant");
            case "to" -> step.says().path("uri").asText().matches("https?:.*");
            default -> false;
        };
    }
}
