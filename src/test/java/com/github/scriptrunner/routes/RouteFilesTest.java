package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;

/** Holds the route files to one form, so that whoever has read one can read all. */
class RouteFilesTest {
    private static final Path FOLDER = Path.of("src/main/resources/routes");
    private static final Path CANONICAL_SCHEMA = Path.of("target/camel-schema/schema/camelYamlDsl-canonical.json");

    /** By file name without its ending. */
    private static final Map<String, JsonNode> FILES = files();

    private static final JsonNode ERRORS = FILES.get("errors");
    private static final Map<String, JsonNode> ROUTES = routes();

    @TestFactory
    Stream<DynamicTest> aFileIsInCamelsCanonicalForm() throws IOException {
        Schema schema = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4)
                .getSchema(Files.readString(CANONICAL_SCHEMA));
        List<Path> files;
        try (Stream<Path> ours = Files.list(FOLDER);
                Stream<Path> examples = Files.walk(Path.of("examples/routes"))) {
            files = Stream.concat(ours, examples).filter(Files::isRegularFile).toList();
        }
        return files.stream()
                .map(file -> DynamicTest.dynamicTest(
                        file.toString(),
                        () -> assertThat(schema.validate(new ObjectMapper(new YAMLFactory()).readTree(file.toFile())))
                                .isEmpty()));
    }

    @TestFactory
    Stream<DynamicTest> aFileHoldsOneRouteOfItsName() {
        return ROUTES.keySet().stream()
                .map(name -> DynamicTest.dynamicTest(name, () -> {
                    assertThat(FILES.get(name)).hasSize(1);
                    assertThat(ROUTES.get(name).path("id").asText()).isEqualTo(name);
                }));
    }

    @TestFactory
    Stream<DynamicTest> aRouteThatOthersCallIsCalledByItsName() {
        return ROUTES.entrySet().stream()
                .filter(route -> scheme(from(route.getValue())).matches("direct|seda"))
                .map(route -> DynamicTest.dynamicTest(
                        route.getKey(),
                        () -> assertThat(from(route.getValue()))
                                .isEqualTo(scheme(from(route.getValue())) + ":" + route.getKey())));
    }

    @TestFactory
    Stream<DynamicTest> aRouteSaysWhatItDoesAndWhatBecomesOfItsErrors() {
        return ROUTES.entrySet().stream()
                .map(route -> DynamicTest.dynamicTest(route.getKey(), () -> {
                    assertThat(route.getValue().path("description").asText()).endsWith(".");
                    assertThat(errorConfigurations())
                            .contains(route.getValue()
                                    .path("routeConfigurationId")
                                    .asText());
                }));
    }

    @Test
    void everyErrorConfigurationSaysWhatItIsForAndIsUsed() {
        assertThat(ERRORS)
                .allSatisfy(configuration -> assertThat(configuration
                                .path("routeConfiguration")
                                .path("description")
                                .asText())
                        .endsWith("."));
        assertThat(ROUTES.values())
                .extracting(route -> route.path("routeConfigurationId").asText())
                .containsAll(errorConfigurations());
    }

    @TestFactory
    Stream<DynamicTest> everyStepHasAnId() {
        return FILES.entrySet().stream()
                .map(file -> DynamicTest.dynamicTest(
                        file.getKey(),
                        () -> assertThat(elements(file.getValue()))
                                .isNotEmpty()
                                .allSatisfy(element ->
                                        assertThat(element.path("id").asText()).matches("[a-z]+(-[a-z]+)*"))));
    }

    /** Camel has one space of names for routes and steps. */
    @Test
    void noIdIsUsedTwice() {
        assertThat(FILES.values().stream()
                        .flatMap(file -> elements(file).stream())
                        .map(element -> element.path("id").asText()))
                .doesNotHaveDuplicates();
    }

    /** Camel itself finds out when the first message comes. */
    @Test
    void everyRouteThatIsCalledExists() {
        List<String> called = FILES.values().stream()
                .flatMap(file -> elements(file).stream())
                .filter(element -> !element.has("steps"))
                .map(element -> element.path("uri").asText())
                .filter(uri -> scheme(uri).matches("direct|seda"))
                .toList();

        assertThat(called).isNotEmpty();
        assertThat(ROUTES.values()).extracting(RouteFilesTest::from).containsAll(called);
    }

    @Test
    void whatAsksTheApiForManyPodsSideBySideDoesSoWithinTheBound() {
        List<JsonNode> sideBySide = ROUTES.values().stream()
                .flatMap(route -> route.findValues("split").stream())
                .filter(split -> split.path("parallelProcessing").asBoolean())
                .toList();

        assertThat(sideBySide)
                .isNotEmpty()
                .allSatisfy(split ->
                        assertThat(split.path("executorService").asText()).isEqualTo("#apiRequests"));
    }

    /** And that only within an exchange of the queue, which gives a runner to one worker at a time. */
    @Test
    void onlyPatchStatusWritesAStatus() throws IOException {
        assertThat(routesWith("method", "patchStatus")).containsExactly("patch-status");
        assertThat(routesWith("uri", "direct:patch-status"))
                .containsExactlyInAnyOrder("patch-status", "reconcile-runner");
        assertThat(from(ROUTES.get("reconcile-runner"))).isEqualTo("workqueue:runners");
        try (Stream<Path> sources = Files.walk(Path.of("src/main/java"))) {
            assertThat(sources.filter(Files::isRegularFile).filter(RouteFilesTest::namesASubresource))
                    .extracting(source -> source.getFileName().toString())
                    .containsExactly("Runners.java");
        }
    }

    private static List<String> routesWith(String field, String text) {
        return ROUTES.entrySet().stream()
                .filter(route ->
                        route.getValue().findValuesAsText(field).stream().anyMatch(value -> value.startsWith(text)))
                .map(Map.Entry::getKey)
                .toList();
    }

    /** The client's ways to write a status. */
    private static boolean namesASubresource(Path source) {
        try {
            return Pattern.compile(
                            "\\.subresource\\(|(patch|edit|update|replace)Status\\(\\)|(edit|update|replace)Status\\(")
                    .matcher(Files.readString(source))
                    .find();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** The routes, sources, steps and error configurations at any depth: all that can have an id. */
    private static List<JsonNode> elements(JsonNode file) {
        List<JsonNode> found = new ArrayList<>();
        collect(file, found);
        return found;
    }

    private static void collect(JsonNode node, List<JsonNode> found) {
        if (node.has("from")) {
            found.add(node.path("from"));
        }
        for (JsonNode child : node) {
            if (node.isArray() && child.isObject()) {
                found.add(child.iterator().next());
            }
            collect(child, found);
        }
    }

    private static List<String> errorConfigurations() {
        return ERRORS.findValues("routeConfiguration").stream()
                .map(configuration -> configuration.path("id").asText())
                .toList();
    }

    private static String from(JsonNode route) {
        return route.path("from").path("uri").asText();
    }

    private static String scheme(String uri) {
        return uri.substring(0, Math.max(0, uri.indexOf(':')));
    }

    private static Map<String, JsonNode> routes() {
        Map<String, JsonNode> routes = new TreeMap<>();
        FILES.forEach((name, file) -> {
            if (!file.equals(ERRORS)) {
                routes.put(name, file.path(0).path("route"));
            }
        });
        return routes;
    }

    private static Map<String, JsonNode> files() {
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
        try (Stream<Path> files = Files.list(FOLDER)) {
            Map<String, JsonNode> byName = new TreeMap<>();
            for (Path file : files.toList()) {
                byName.put(file.getFileName().toString().replaceFirst("\\.yaml$", ""), yaml.readTree(file.toFile()));
            }
            return byName;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
