package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Whether {@code docs/routes.md} says what is there. */
class RoutesGuideTest {
    private static final String GUIDE = read(Path.of("docs/routes.md"));
    private static final List<JsonNode> FILES = files();

    @Test
    void itsTableHasEachRouteAndWhatThatBeginsWith() {
        Map<String, String> begins = new TreeMap<>();
        routes().forEach(route -> begins.put(
                route.path("id").asText(), route.path("from").path("uri").asText()));

        Map<String, String> told = new TreeMap<>();
        rows("route").forEach(row -> told.put(names(row).get(0), names(row).get(1)));

        assertThat(told).isEqualTo(begins);
    }

    @Test
    void itNamesEachStep() {
        Map<String, List<String>> steps = new TreeMap<>();
        routes().forEach(route -> steps.put(
                route.path("id").asText(),
                route.path("from").path("steps").findValuesAsText("id").stream()
                        .filter(id -> !id.startsWith("header-"))
                        .toList()));

        assertThat(rows("route"))
                .isNotEmpty()
                .allSatisfy(row ->
                        assertThat(names(row)).containsAll(steps.get(names(row).get(0))));
    }

    @Test
    void itNamesEachErrorConfigurationAndWhoseItIs() {
        Map<String, List<String>> whose = new TreeMap<>();
        routes().forEach(route -> whose.computeIfAbsent(
                        route.path("routeConfigurationId").asText(), id -> new ArrayList<>())
                .add(route.path("id").asText()));

        assertThat(rows("in `errors.yaml`"))
                .extracting(row -> names(row).get(0))
                .containsExactlyInAnyOrderElementsOf(whose.keySet());
        assertThat(rows("in `errors.yaml`"))
                .filteredOn(row -> !row.contains("the three watches"))
                .allSatisfy(row ->
                        assertThat(names(row)).containsAll(whose.get(names(row).get(0))));
    }

    @Test
    void itNamesEachFolderOfChangesAndWhatToSet() throws IOException {
        Map<String, List<String>> settings = new TreeMap<>();
        try (Stream<Path> folders = Files.list(Path.of("examples/routes"))) {
            for (Path folder : folders.toList()) {
                settings.put(folder.getFileName().toString(), settings(folder));
            }
        }

        assertThat(rows("folder"))
                .extracting(row -> names(row).get(0))
                .containsExactlyInAnyOrderElementsOf(settings.keySet());
        assertThat(rows("folder"))
                .allSatisfy(row -> assertThat(names(row))
                        .containsAll(settings.get(names(row).get(0))));
    }

    @Test
    void theComponentOfItsExampleIsOfTheOperatorsCamel() {
        Matcher version = Pattern.compile("<camel.version>(.+)</camel.version>").matcher(read(Path.of("pom.xml")));

        assertThat(version.find()).isTrue();
        assertThat(read(Path.of("examples/extra/pom.xml")))
                .containsPattern("<artifactId>camel-kafka</artifactId>\\s+<!--.*-->\\s+<version>%s</version>"
                        .formatted(Pattern.quote(version.group(1))));
    }

    /** As environment variables. */
    private static List<String> settings(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(RoutesGuideTest::read)
                    .flatMap(text -> Pattern.compile("\\{\\{(?!scriptrunner\\.)([^:}]+)")
                            .matcher(text)
                            .results())
                    .map(setting -> setting.group(1).toUpperCase(Locale.ROOT).replace('.', '_'))
                    .distinct()
                    .toList();
        }
    }

    /** Of the table whose first column has this name. */
    private static List<String> rows(String column) {
        return GUIDE.lines()
                .dropWhile(line -> !line.startsWith("| " + column + " |"))
                .skip(2)
                .takeWhile(line -> line.startsWith("|"))
                .toList();
    }

    /** What stands in backticks. */
    private static List<String> names(String row) {
        return Pattern.compile("`([^`]+)`")
                .matcher(row)
                .results()
                .map(name -> name.group(1))
                .toList();
    }

    private static Stream<JsonNode> routes() {
        return FILES.stream().map(file -> file.path(0).path("route")).filter(JsonNode::isObject);
    }

    private static List<JsonNode> files() {
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
        try (Stream<Path> files = Files.list(Path.of("src/main/resources/routes"))) {
            List<JsonNode> read = new ArrayList<>();
            for (Path file : files.toList()) {
                read.add(yaml.readTree(file.toFile()));
            }
            return read;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static String read(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
