package com.github.scriptrunner.camel.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.scriptrunner.camel.routes.ParsedFile.ErrorConfiguration;
import com.github.scriptrunner.camel.routes.Route.Step;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** What of the operator's own routes has to be in everybody's: what it promises rests on these steps, in this order. */
final class OperatorsOwn {
    /** Those whose steps are the administrator's. */
    private static final Set<String> YOURS = Set.of("read-result", "publish-result");

    /** Those in which no step of somebody else's is around ours, for others rely on their being run. */
    private static final Set<String> STRICT = Set.of(
            "reconcile-runner", "collect-results", "patch-status", "act", "create-pod", "release-pod", "delete-pod");

    /** The beans that decide, change the cluster, or bound how it is asked. */
    private static final Set<String> GUARDED =
            Set.of("runners", "pods", "scripts", "planner", "setbacks", "apiRequests");

    /** A class of the operator that is not data. */
    private static final Pattern CLASS =
            Pattern.compile("com\\.github\\.scriptrunner\\.(?!api\\.|domain\\.)(?:\\w+\\.)*[A-Z]\\w*");

    /** All else reaches into routes that it does not name. */
    private static final Set<String> KINDS = Set.of("route", "routeConfiguration", "beans");

    /** By id. */
    private final Map<String, Route> routes;

    /** The name of the file that has a route, by the route's id. */
    private final Map<String, String> fileOf = new HashMap<>();

    private final Map<String, JsonNode> errorConfigurations;

    /** The ids of the steps that call it, by the name of a bean or the address of a route. */
    private final Map<String, Set<String>> callers = new HashMap<>();

    private final Set<String> beans;

    /** @param beans the names of all that are the operator's */
    OperatorsOwn(Collection<ParsedFile> files, Set<String> beans) {
        this.beans = beans;
        for (ParsedFile file : files) {
            file.routes().forEach(route -> fileOf.put(route.id(), file.name()));
        }
        routes = files.stream()
                .flatMap(file -> file.routes().stream())
                .collect(Collectors.toMap(Route::id, Function.identity()));
        errorConfigurations = files.stream()
                .flatMap(file -> file.errorConfigurations().stream())
                .collect(Collectors.toMap(ErrorConfiguration::id, ErrorConfiguration::yaml));
        for (Step step : files.stream().flatMap(ParsedFile::steps).toList()) {
            step.calls().stream()
                    .filter(called -> called.startsWith("direct:") || GUARDED.contains(called))
                    .forEach(called -> callers.computeIfAbsent(called, target -> new TreeSet<>())
                            .add(step.id()));
        }
    }

    List<Mistake> mistakesIn(ParsedFile file) {
        List<Mistake> mistakes = new ArrayList<>();
        file.elements().forEach(element -> itsKindIsKnown(file, element, mistakes));
        file.elements().forEach(element -> itsBeansAreOthers(file, element, mistakes));
        whatItReplacesIsThere(file, mistakes);
        file.errorConfigurations().forEach(configuration -> itIsOursOrAnother(file, configuration, mistakes));
        ourClassesAreNotNamed(file, file.yaml(), mistakes);
        for (Route route : file.routes()) {
            Route ours = routes.get(route.id());
            if (ours == null) {
                itBeginsElsewhere(file, route, mistakes);
            } else {
                itsFrameIsOurs(file, route, ours, mistakes);
                FromParameters.mistakes(file, route, ours).forEach(mistakes::add);
                if (!YOURS.contains(route.id())) {
                    ourStepsAreThere(file, route, ours, mistakes);
                }
            }
            if (route.id().equals("read-result")) {
                LastBody.mistake(file, route).ifPresent(mistakes::add);
            }
        }
        file.steps().forEach(step -> onlyOurStepsCallOurs(file, step, mistakes));
        return mistakes;
    }

    private static void ourClassesAreNotNamed(ParsedFile file, JsonNode node, List<Mistake> mistakes) {
        Matcher named = CLASS.matcher(node.asText());
        if (named.find()) {
            mistakes.add(file.mistake(
                    ParsedFile.line(node),
                    "%s is a class of the operator, which its own steps call alone: call something of yours"
                            .formatted(named.group())));
        }
        node.forEach(child -> ourClassesAreNotNamed(file, child, mistakes));
    }

    private void itBeginsElsewhere(ParsedFile file, Route route, List<Mistake> mistakes) {
        routes.values().stream()
                .filter(ours -> ours.address().equals(route.address()))
                .forEach(ours -> mistakes.add(file.mistake(
                        route.line(),
                        "the operator's route %s begins with %s, and would miss what this one takes: begin with another address"
                                .formatted(ours.id(), ours.address()))));
    }

    private static void itsKindIsKnown(ParsedFile file, JsonNode element, List<Mistake> mistakes) {
        element.fieldNames().forEachRemaining(kind -> {
            if (!KINDS.contains(kind)) {
                mistakes.add(file.mistake(
                        ParsedFile.line(element),
                        "'%s' beside the routes would work on the operator's own too: write it within a route, or as a routeConfiguration with an id"
                                .formatted(kind)));
            }
        });
    }

    private void itsBeansAreOthers(ParsedFile file, JsonNode element, List<Mistake> mistakes) {
        for (JsonNode bean : element.path("beans")) {
            if (beans.contains(bean.path("name").asText())) {
                mistakes.add(file.mistake(
                        ParsedFile.line(bean),
                        "the bean %s is the operator's: give yours another name"
                                .formatted(bean.path("name").asText())));
            }
        }
    }

    private void whatItReplacesIsThere(ParsedFile file, List<Mistake> mistakes) {
        Set<String> there = file.routes().stream().map(Route::id).collect(Collectors.toSet());
        fileOf.forEach((id, name) -> {
            if (name.equals(file.name()) && !there.contains(id)) {
                mistakes.add(file.mistake(
                        0,
                        "the operator needs the route %s, which is in this file: keep a route of that id"
                                .formatted(id)));
            }
        });
        for (Route route : file.routes()) {
            String itsFile = fileOf.getOrDefault(route.id(), file.name());
            if (!itsFile.equals(file.name())) {
                mistakes.add(file.mistake(
                        route.line(), "the route %s is in %s: change it there".formatted(route.id(), itsFile)));
            }
        }
        boolean isOfErrors = file.name().equals("errors.yaml");
        Set<String> configurations =
                file.errorConfigurations().stream().map(ErrorConfiguration::id).collect(Collectors.toSet());
        new TreeMap<>(errorConfigurations)
                .keySet().stream()
                        .filter(id -> isOfErrors && !configurations.contains(id))
                        .forEach(id -> mistakes.add(file.mistake(
                                0,
                                "the operator's routes need the error configuration %s: keep it in this file"
                                        .formatted(id))));
    }

    private void itIsOursOrAnother(ParsedFile file, ErrorConfiguration configuration, List<Mistake> mistakes) {
        JsonNode ours = errorConfigurations.get(configuration.id());
        if (configuration.id().isEmpty()) {
            mistakes.add(file.mistake(
                    configuration.line(),
                    "an error configuration without an id holds for every route, the operator's too: give it one"));
        } else if (ours != null && !ours.equals(configuration.yaml())) {
            mistakes.add(file.mistake(
                    configuration.line(),
                    "the error configuration %s is the operator's, and not to be changed: write one with another id"
                            .formatted(configuration.id())));
        }
    }

    private void itsFrameIsOurs(ParsedFile file, Route route, Route ours, List<Mistake> mistakes) {
        if (!route.from().equals(ours.from())) {
            mistakes.add(file.mistake(
                    route.line(),
                    "the route %s has to begin with %s: others call it by that".formatted(route.id(), ours.from())));
        }
        boolean mayFailOtherwise = route.id().equals("publish-result");
        Set<String> fields = new TreeSet<>();
        route.frame().fieldNames().forEachRemaining(fields::add);
        ours.frame().fieldNames().forEachRemaining(fields::add);
        for (String field : fields) {
            boolean isOurs = route.frame().path(field).equals(ours.frame().path(field));
            if (!isOurs && !(mayFailOtherwise && field.equals("routeConfigurationId"))) {
                String value = ours.frame().path(field).asText();
                mistakes.add(file.mistake(
                        route.line(),
                        value.isEmpty()
                                ? "the route %s works without %s, and has to: take it out".formatted(route.id(), field)
                                : "the route %s relies on its %s: set it to %s".formatted(route.id(), field, value)));
            }
        }
    }

    private void ourStepsAreThere(ParsedFile file, Route route, Route ours, List<Mistake> mistakes) {
        Map<String, Step> byId = new HashMap<>();
        route.steps().forEach(step -> byId.put(step.id(), step));
        int before = -1;
        for (Step step : ours.steps()) {
            Step kept = byId.get(step.id());
            if (kept == null) {
                mistakes.add(file.mistake(
                        route.line(),
                        "the operator needs the step %s (%s): keep it, and add steps of yours"
                                .formatted(step.id(), step.kind())));
                continue;
            }
            if (!kept.kind().equals(step.kind()) || !kept.says().equals(step.says())) {
                mistakes.add(file.mistake(
                        kept.line(),
                        "the step %s is not the operator's any more: leave it as it is, and add steps of yours"
                                .formatted(step.id())));
            }
            if (STRICT.contains(route.id()) && !kept.within().equals(step.within())) {
                mistakes.add(file.mistake(
                        kept.line(),
                        "the step %s has to be within %s, to be run whenever others rely on it; what is to keep it from running throws before it"
                                .formatted(
                                        step.id(),
                                        step.within().isEmpty() ? "no other step" : String.join(", ", step.within()))));
            }
            if (route.steps().indexOf(kept) < before) {
                mistakes.add(file.mistake(
                        kept.line(),
                        "the step %s comes too early: keep the order of the operator's steps".formatted(step.id())));
            }
            before = route.steps().indexOf(kept);
        }
    }

    private void onlyOurStepsCallOurs(ParsedFile file, Step step, List<Mistake> mistakes) {
        for (String called : step.calls()) {
            Set<String> ours = callers.getOrDefault(called, Set.of(step.id()));
            if (!ours.contains(step.id())) {
                mistakes.add(file.mistake(
                        step.line(),
                        "%s is called by the operator's own steps alone (%s), for what else it did would not be in the plan: call something of yours"
                                .formatted(called, String.join(", ", ours))));
            }
        }
    }
}
