package com.github.scriptrunner;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLFactory;
import com.github.scriptrunner.camel.routes.Mistake;
import com.github.scriptrunner.camel.routes.RouteFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** An administrator's mistakes, each made in a copy of one of our files, or in a file beside them. */
class RouteCheckTest {
    private static final Path OURS = Path.of("src/main/resources/routes");

    private static final String WRITE = """
                          - to:
                              id: write
                              uri: direct:patch-status
            """;

    @TempDir
    private Path directory;

    @Test
    void ourRoutesAreRight() throws Exception {
        for (Path file : files()) {
            Files.copy(file, directory.resolve(file.getFileName()));
        }

        assertThat(mistakes()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "ask-before-each-node",
                "only-in-a-maintenance-window",
                "redact-output",
                "results-to-files",
                "slower-status-writes",
                "tell-a-webhook"
            })
    void theExampleIsRight(String change) throws Exception {
        Properties settings = new Properties();
        for (String name : List.of("permission.url", "webhook.url")) {
            settings.setProperty(name, "http://127.0.0.1:1");
        }
        settings.setProperty("results.directory", directory.toString());
        settings.setProperty("maintenance.begins", "2200");
        settings.setProperty("maintenance.ends", "0600");

        assertThat(mistakes(Path.of("examples/routes", change), settings)).isEmpty();
    }

    /** With them {@code ResultsToAnywhereTest} starts it. */
    @Test
    void aComponentWhoseJarsAreMissingIsNamedAndWhereTheyBelong() throws Exception {
        Properties settings = new Properties();
        settings.setProperty("kafka.brokers", "127.0.0.1:1");

        assertThat(mistakes(Path.of("examples/routes/results-to-kafka"), settings))
                .extracting(Mistake::toString)
                .containsExactly("publish-result.yaml:25: there is no Camel component kafka: put its jars into"
                        + " /operator/extra, as docs/routes.md says, or correct the name");
    }

    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            read-result      | method: resultOf         | methd: resultOf          | 12 | 'methd' is nothing that Camel knows here
            read-result      | - bean:                  | - baen:                  | 10 | 'baen' is nothing that Camel knows here
            read-result      | `    id: read-result`    | `   id: read-result`     |  3 | this is not YAML
            read-result      | ref: terminationMessages | ref: terminationMessage  | 11 | terminationMessage
            read-result      | method: resultOf         | method: resultFrom       | 12 | resultFrom
            read-result      | id: read-result          | id: read-results         |  0 | the operator needs the route read-result
            read-result      | uri: direct:read-result  | uri: direct:read-results |  2 | has to begin with direct:read-result
            read-result      | routeConfigurationId: result-as-it-is | routeConfigurationId: none | 2 | set its routeConfigurationId to one of
            read-result      | routeConfigurationId: result-as-it-is | routeConfigurationId: dropped-result | 2 | set it to result-as-it-is
            publish-result   | ${header.outcome}        | ${header.outcome         | 17 | expected symbol functionEnd
            publish-result   | uri: seda:publish-result | uri: seda:other          |  2 | has to begin with seda:publish-result
            reconcile-runner | interval:                | intervall:               | 10 | the parameter intervall of the route reconcile-runner is not to be set; yours to set are interval, stuckAfter, workers
            reconcile-runner | interval: "{{scriptrunner.interval}}" | interval: 500ms | 10 | set interval to 1s or more
            publish-result   | size: 1000               | size: 10                 | 11 | the parameter size of the route publish-result is not to be changed; yours to set are concurrentConsumers
            watch-pods       | labelSelector: app.kubernetes.io/managed-by=scriptrunner-operator | labelSelector: mine=yes | 12 | yours to set are none
            read-result      | uri: direct:read-result  | uri: direct:read-result?block=false | 2 | has to begin with direct:read-result
            act              | executorService: "#apiRequests" | executorService: "#requests" | 32 | the step each-released-pod is not the operator's any more
            """)
    void aMistakeIsNamedWithItsFileAndLine(String file, String right, String wrong, int line, String message)
            throws Exception {
        change(file, right, wrong);

        assertThat(mistakes()).anySatisfy(mistake -> {
            assertThat(mistake.file()).isEqualTo(file + ".yaml");
            assertThat(mistake.message()).contains(message);
            assertThat(mistake.line()).isEqualTo(line);
        });
    }

    /** What a change may not do, and Camel would. */
    @ParameterizedTest(name = "{0}: {1} -> {2}")
    @CsvSource(delimiter = '|', quoteCharacter = '`', textBlock = """
            act              | uri: direct:create-pod   | uri: direct:create-pods  | 64 | no route begins with direct:create-pods
            act              | id: start                | id: begin                |  2 | the operator needs the step start (to)
            patch-status     | != null                  | == null                  |  9 | the step unless-runner-is-gone is not the operator's any more
            patch-status     | ref: runners             | ref: pods                | 15 | the step patch is not the operator's any more
            patch-status     | runner-again             | setback                  |  2 | the route patch-status relies on its routeConfigurationId: set it to runner-again
            act              | description: Does what the status now says, one message a pod, within the bound on API requests. | autoStartup: false | 2 | the route act works without autoStartup
            read-result      | uri: direct:read-result  | `uri: direct:read-result
                  variableReceive: pod`                                             |  2 | the route read-result works without from.variableReceive
            errors           | logExhausted: false      | logExhausted: true       |  2 | the error configuration runner-again is the operator's
            errors           | id: lost-event           | id: found-event          |  0 | need the error configuration lost-event
            """)
    void whatTheOperatorReliesOnStays(String file, String right, String wrong, int line, String message)
            throws Exception {
        change(file, right, wrong);

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .anySatisfy(mistake -> assertThat(mistake)
                        .startsWith(line == 0 ? file + ".yaml: " : file + ".yaml:" + line + ": ")
                        .contains(message));
    }

    @Test
    void theOperatorsStepsKeepTheirOrder() throws Exception {
        String release = step("bean", "remove-finalizer", "ref: pods", "method: release");
        String delete = step("to", "delete-released", "uri: direct:delete-pod");
        change("release-pod", release + delete, delete + release);

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .containsExactly(
                        "release-pod.yaml:9: the step delete-released comes too early: keep the order of the operator's steps");
    }

    @Test
    void whatOthersRelyOnIsRunAlways() throws Exception {
        change("reconcile-runner", WRITE, """
                              - choice:
                                  when:
                                    - expression:
                                        constant:
                                          expression: "true"
                                      steps:
                """ + WRITE.indent(8));

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .containsExactly(
                        "reconcile-runner.yaml:46: the step write has to be within unless-idle, to be run whenever others rely on it; what is to keep it from running throws before it");
    }

    @Test
    void aStepDoesNotMoveIntoAnotherOfItsKind() throws Exception {
        String patch =
                step("bean", "patch", "ref: runners", "method: patchStatus").indent(6);
        change(
                "patch-status",
                patch,
                step("log", "hello", "message: hello").indent(6)
                        + step("filter", "mine", "expression: {constant: {expression: 'true'}}", "steps:")
                        + patch);

        assertThat(mistakes())
                .extracting(Mistake::message)
                .singleElement()
                .asString()
                .startsWith("the step patch has to be within unless-runner-is-gone");
    }

    @TestFactory
    Stream<DynamicTest> noStepOfTheOperatorsCanBeLeftOut() throws Exception {
        ObjectMapper yaml = new ObjectMapper(new YAMLFactory());
        return files().stream()
                .filter(file -> !file.endsWith("read-result.yaml") && !file.endsWith("publish-result.yaml"))
                .flatMap(file -> ids(file)
                        .map(id -> DynamicTest.dynamicTest(id, () -> {
                            JsonNode route = yaml.readTree(file.toFile());
                            assertThat(drop(id, route)).isTrue();
                            Path changed = directory.resolve(file.getFileName().toString());
                            yaml.writeValue(changed.toFile(), route);

                            assertThat(mistakes())
                                    .extracting(Mistake::message)
                                    .anySatisfy(message -> assertThat(message)
                                            .containsAnyOf(
                                                    "the operator needs the step " + id, "and not to be changed"));
                            Files.delete(changed);
                        })));
    }

    @Test
    void aRouteIsChangedInItsOwnFile() throws Exception {
        Files.copy(OURS.resolve("read-result.yaml"), directory.resolve("mine.yaml"));

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .containsExactly("mine.yaml:2: the route read-result is in read-result.yaml: change it there");
    }

    @ParameterizedTest
    @ValueSource(strings = {"workqueue:runners", "seda:publish-result", "informer:pods", "direct:create-pod"})
    void noOtherRouteBeginsWhereOneOfTheOperatorsDoes(String from) throws Exception {
        add("mine.yaml", "lost-event", "log: {message: hello}");
        String text = Files.readString(directory.resolve("mine.yaml"));
        Files.writeString(directory.resolve("mine.yaml"), text.replace("direct:mine", from));

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .singleElement()
                .asString()
                .startsWith("mine.yaml:2: the operator's route ")
                .contains("begins with " + from);
    }

    @Test
    void anUnknownOptionOfWhatARouteOfYoursBeginsWithIsNamed() throws Exception {
        add("mine.yaml", "lost-event", "log: {message: hello}");
        String text = Files.readString(directory.resolve("mine.yaml"));
        Files.writeString(
                directory.resolve("mine.yaml"),
                text.replace("uri: direct:mine", "uri: seda:mine\n      parameters: {sise: 1}"));

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .singleElement()
                .asString()
                .startsWith("mine.yaml:6: ")
                .contains("sise");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "aggregationStrategy: '#nobody'",
                "executorService: '#nobody'",
                "expression: {method: {ref: nobody, method: split}}"
            })
    void aBeanThatIsNotThereIsNamed(String option) throws Exception {
        String expression = option.startsWith("expression") ? "" : "expression: {constant: {expression: x}}, ";
        add("mine.yaml", "lost-event", "split: {%s%s, steps: [{log: {message: x}}]}".formatted(expression, option));

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .singleElement()
                .asString()
                .startsWith("mine.yaml:7: ")
                .contains("nobody");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "terminationMessages",
                "nodes",
                "events",
                "collectResults",
                "apiRequests",
                "json",
                "droppedResults",
                "knownObjects",
                "podIndexers",
                "kubernetesClient"
            })
    void noBeanOfTheOperatorsIsReplaced(String bean) throws Exception {
        Files.writeString(
                directory.resolve("mine.yaml"), "- beans: [{name: %s, type: java.lang.Object}]\n".formatted(bean));

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .containsExactly("mine.yaml:1: the bean %s is the operator's: give yours another name".formatted(bean));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "- beans: [{name: mine, type: '#class:com.github.scriptrunner.kubernetes.Setbacks'}]",
                "- route: {id: mine, routeConfigurationId: lost-event, from: {uri: direct:mine, steps: [{bean: {beanType: com.github.scriptrunner.kubernetes.Runners}}]}}"
            })
    void theOperatorsClassesAreNotCalledPastItsBeans(String element) throws Exception {
        Files.writeString(directory.resolve("mine.yaml"), element + "\n");

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .singleElement()
                .asString()
                .startsWith("mine.yaml:1: com.github.scriptrunner.kubernetes.")
                .contains("is a class of the operator");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "setBody: {expression: {constant: {expression: done}}}",
                "marshal: {json: {library: Jackson}}",
                "convertBodyTo: {type: java.lang.String}",
                "to: {uri: 'http://127.0.0.1:1/told'}"
            })
    void readResultDoesNotEndWithAnythingElse(String last) throws Exception {
        String method = "method: resultOf\n";
        change("read-result", method, method + "        - %s\n        - log: {message: done}\n".formatted(last));

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .containsExactly(
                        "read-result.yaml:13: the route read-result has to end with a RunResult as the body: keep it in a variable, or send on in publish-result");
    }

    @Test
    void readResultMakesAResult() throws Exception {
        change(
                "read-result",
                step("bean", "read-termination-message", "ref: terminationMessages", "method: resultOf"),
                "        - log: {message: hello}\n");

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .containsExactly(
                        "read-result.yaml:2: the route read-result has to make a RunResult: keep a step that calls terminationMessages");
    }

    @ParameterizedTest
    @CsvSource({
        "ask-before-each-node, create-pod.yaml, permission.url, PERMISSION_URL",
        "only-in-a-maintenance-window, reconcile-runner.yaml, maintenance.begins, MAINTENANCE_BEGINS",
        "results-to-files, publish-result.yaml, results.directory, RESULTS_DIRECTORY",
        "tell-a-webhook, publish-result.yaml, webhook.url, WEBHOOK_URL"
    })
    void whatIsNotSetIsNamed(String change, String file, String setting, String variable) throws Exception {
        assertThat(mistakes(Path.of("examples/routes", change), new Properties()))
                .singleElement()
                .satisfies(mistake -> {
                    assertThat(mistake.file()).isEqualTo(file);
                    assertThat(mistake.line()).isPositive();
                    assertThat(mistake.message())
                            .isEqualTo("{{%s}} is set nowhere: set the environment variable %s"
                                    .formatted(setting, variable));
                });
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "to: {uri: direct:patch-status}",
                "to: {uri: 'bean:pods?method=create'}",
                "recipientList: {expression: {constant: {expression: 'log:mine,direct:create-pod'}}}",
                "split: {executorService: '#apiRequests', expression: {constant: {expression: x}}, steps: [{log: {message: x}}]}",
                "bean: {ref: pods, method: release}",
                "setBody: {expression: {simple: {expression: '${bean:runners?method=patchStatus}'}}}",
                "split: {expression: {method: {ref: setbacks, method: note}}, steps: [{log: {message: x}}]}"
            })
    void whatChangesTheClusterIsCalledByTheOperatorsOwnStepsAlone(String step) throws Exception {
        add("mine.yaml", "lost-event", step);

        assertThat(mistakes()).singleElement().satisfies(mistake -> {
            assertThat(mistake.line()).isEqualTo(7);
            assertThat(mistake.message()).contains("is called by the operator's own steps alone");
        });
    }

    @Test
    void norByTheStepsOfAnErrorConfiguration() throws Exception {
        Files.writeString(directory.resolve("mine.yaml"), """
                - routeConfiguration:
                    id: mine
                    onException:
                      - onException:
                          exception: [java.lang.Exception]
                          steps:
                            - bean: {ref: pods, method: release}
                """);

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .singleElement()
                .asString()
                .startsWith("mine.yaml:7: pods is called by the operator's own steps alone");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "onException: {exception: [java.lang.Exception], handled: {constant: {expression: 'true'}}}",
                "intercept: {steps: [{stop: {}}]}",
                "errorHandler: {noErrorHandler: {}}",
                "routeConfiguration: {onException: [{onException: {exception: [java.lang.Exception]}}]}",
                "beans: [{name: pods, type: java.lang.Object}]"
            })
    void nothingBesideARouteWorksOnTheOperatorsOwn(String element) throws Exception {
        Files.writeString(directory.resolve("mine.yaml"), "- " + element + "\n");

        assertThat(mistakes())
                .singleElement()
                .satisfies(mistake -> assertThat(mistake.toString())
                        .startsWith("mine.yaml:1: ")
                        .containsAnyOf("operator's own too", "the operator's too", "is the operator's"));
    }

    @Test
    void aRouteInAFileOfItsOwnIsFine() throws Exception {
        add("mine.yaml", "lost-event", "log: {message: hello}");

        assertThat(mistakes()).isEmpty();
    }

    @Test
    void aMountedConfigMapIsReadThroughItsLinks() throws Exception {
        Path data = Files.createDirectory(directory.resolve("..2026_01_01"));
        Files.createSymbolicLink(directory.resolve("..data"), data.getFileName());
        Files.copy(OURS.resolve("act.yaml"), data.resolve("act.yaml"));
        Files.createSymbolicLink(directory.resolve("act.yaml"), Path.of("..data", "act.yaml"));

        assertThat(mistakes()).isEmpty();
    }

    @Test
    void aFileThatIsNoYamlByItsNameIsNotPassedOver() throws Exception {
        Files.copy(OURS.resolve("act.yaml"), directory.resolve("act.yml"));

        assertThat(mistakes())
                .extracting(Mistake::toString)
                .containsExactly("act.yml: a file of routes ends in .yaml: rename it, or take it out of the directory");
    }

    @Test
    void theStepsOfReadResultAreYours() throws Exception {
        change("read-result", "    - bean:", "    - log: {message: hello}\n        - bean:");

        assertThat(mistakes()).isEmpty();
    }

    private static String step(String kind, String id, String... lines) {
        return "        - %s:\n            id: %s\n            %s\n"
                .formatted(kind, id, String.join("\n            ", lines));
    }

    private void add(String file, String errors, String step) throws Exception {
        Files.writeString(directory.resolve(file), """
                - route:
                    id: mine
                    routeConfigurationId: %s
                    from:
                      uri: direct:mine
                      steps:
                        - %s
                """.formatted(errors, step));
    }

    private void change(String file, String right, String wrong) throws Exception {
        String text = Files.readString(OURS.resolve(file + ".yaml"));
        assertThat(text).contains(right);
        Files.writeString(directory.resolve(file + ".yaml"), text.replace(right, wrong));
    }

    private List<Mistake> mistakes() throws Exception {
        return mistakes(directory, new Properties());
    }

    private static List<Mistake> mistakes(Path directory, Properties settings) throws Exception {
        return RouteDirectory.check(RouteFiles.with(directory), settings).mistakes();
    }

    /** Of its steps. */
    private static Stream<String> ids(Path file) {
        try {
            String text = Files.readString(file);
            return Pattern.compile("(?m)^ {8,}id: (\\S+)$")
                    .matcher(text)
                    .results()
                    .map(id -> id.group(1));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean drop(String id, JsonNode node) {
        for (var each = node.elements(); each.hasNext(); ) {
            JsonNode child = each.next();
            JsonNode step =
                    child.isObject() && child.size() == 1 ? child.elements().next() : child;
            if (node.isArray() && step.path("id").asText().equals(id)) {
                each.remove();
                return true;
            }
            if (drop(id, child)) {
                return true;
            }
        }
        return false;
    }

    private static List<Path> files() throws Exception {
        try (var files = Files.list(OURS)) {
            return files.toList();
        }
    }
}
