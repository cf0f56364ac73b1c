package com.github.scriptrunner.camel.routes;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.github.scriptrunner.camel.routes.ParsedFile.ErrorConfiguration;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * Whether route files can be run, and keep what the operator promises: told before anything starts.
 *
 * <p>Camel's schema finds misspelled steps and options; a dry start finds what only the components and beans know; what neither
 * sees, and what an administrator's change must leave in place, is looked for in between.
 */
public final class RouteCheck {
    private static final Pattern CALL = Pattern.compile("((?:direct|seda):[^?{}$]+)(\\?.*)?");

    /** By file name. */
    private final Map<String, ParsedFile> all = new TreeMap<>();

    private final List<ParsedFile> builtIn = new ArrayList<>();
    private final List<ParsedFile> changed = new ArrayList<>();
    private final List<Mistake> mistakes = new ArrayList<>();
    private final Set<String> beans;

    private RouteCheck(Set<String> beans) {
        this.beans = beans;
    }

    /**
     * Checks these files, those of the jar among them.
     *
     * @param beans the names of the operator's own
     */
    public static RouteCheck of(RouteFiles files, Set<String> beans, DryStart dryStart) throws IOException {
        RouteCheck check = new RouteCheck(beans);
        check.parse(files);
        CamelSchema schema = CamelSchema.load();
        check.changed.forEach(file -> schema.mistakesIn(file).forEach(check.mistakes::add));
        if (check.mistakes.isEmpty()) {
            check.compare();
        }
        if (check.mistakes.isEmpty()) {
            try {
                dryStart.of(files.includePattern());
            } catch (Exception e) {
                check.mistakes.add(new FailedStart(e).among(check.all.values()));
            }
        }
        return check;
    }

    /** Empty when the files can be run. */
    public List<Mistake> mistakes() {
        return List.copyOf(mistakes);
    }

    /** How many there are, the operator's own among them. */
    public int routes() {
        return routes(all.values()).size();
    }

    private void parse(RouteFiles files) throws IOException {
        for (RouteFile file : files.builtIn()) {
            ParsedFile parsed = ParsedFile.of(file);
            builtIn.add(parsed);
            all.put(file.name(), parsed);
        }
        for (RouteFile file : files.changed()) {
            if (!file.name().endsWith(".yaml")) {
                mistakes.add(Mistake.in(
                        file, 0, "a file of routes ends in .yaml: rename it, or take it out of the directory"));
                continue;
            }
            try {
                ParsedFile parsed = ParsedFile.of(file);
                changed.add(parsed);
                all.put(file.name(), parsed);
            } catch (JsonProcessingException e) {
                int line = e.getLocation() == null ? 0 : e.getLocation().getLineNr();
                String why = e.getOriginalMessage().lines().findFirst().orElse("");
                mistakes.add(Mistake.in(file, line, "this is not YAML: " + why));
            }
        }
    }

    private void compare() {
        OperatorsOwn ours = new OperatorsOwn(builtIn, beans);
        Set<String> errorConfigurations = all.values().stream()
                .flatMap(file -> file.errorConfigurations().stream())
                .map(ErrorConfiguration::id)
                .collect(Collectors.toCollection(TreeSet::new));
        Set<String> sources = routes(all.values()).stream().map(Route::address).collect(Collectors.toSet());
        for (ParsedFile file : changed) {
            mistakes.addAll(ours.mistakesIn(file));
            for (Route route : file.routes()) {
                if (!errorConfigurations.contains(route.errors())) {
                    mistakes.add(file.mistake(
                            route.line(),
                            "the route %s says nothing of its errors that is there: set its routeConfigurationId to one of %s"
                                    .formatted(route.id(), String.join(", ", errorConfigurations))));
                }
            }
            whatIsCalledExists(file, file.yaml(), sources);
        }
    }

    private static List<Route> routes(Collection<ParsedFile> files) {
        return files.stream().flatMap(file -> file.routes().stream()).toList();
    }

    /** Camel itself finds out when the first message comes. */
    private void whatIsCalledExists(ParsedFile file, JsonNode node, Set<String> sources) {
        Matcher call = CALL.matcher(node.asText());
        if (node.isTextual() && call.matches() && !sources.contains(call.group(1))) {
            mistakes.add(file.mistake(
                    ParsedFile.line(node),
                    "no route begins with %s: correct the name, or add the route".formatted(node.asText())));
        }
        node.forEach(child -> whatIsCalledExists(file, child, sources));
    }
}
