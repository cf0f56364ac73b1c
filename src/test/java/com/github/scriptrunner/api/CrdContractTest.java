package com.github.scriptrunner.api;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.scriptrunner.playground.apiserver.ServerUnderTest;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.FieldValidateable.Validation;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What an API server that has the CRD accepts and refuses, whichever server it is. */
class CrdContractTest {
    private static final Path FIXTURES = Path.of("src/test/resources/com/github/scriptrunner/api");
    private static final Path EXAMPLES = Path.of("examples");
    private static final Instant TIME = Instant.parse("2026-11-22T10:00:07Z");

    private static ServerUnderTest server;

    @BeforeAll
    static void startWithTheCrd(@TempDir Path directory) throws IOException {
        server = ServerUnderTest.start(directory);
        server.define(CrdAndRecordsTest.crd());
    }

    @AfterAll
    static void stop() {
        server.close();
    }

    private static KubernetesClient client() {
        return server.client();
    }

    static List<Path> valid() throws IOException {
        return files(FIXTURES, "valid-");
    }

    static List<Path> invalid() throws IOException {
        return files(FIXTURES, "invalid-");
    }

    static List<Path> examples() throws IOException {
        return files(EXAMPLES, "");
    }

    @Test
    void everyFixtureIsUsed() throws IOException {
        assertThat(Stream.of(valid(), invalid()).flatMap(List::stream))
                .containsExactlyInAnyOrderElementsOf(files(FIXTURES, ""));
    }

    @ParameterizedTest
    @MethodSource("valid")
    void aValidOneIsAcceptedWithoutLosingAnything(Path file) throws IOException {
        var sent = read(file);

        var stored = create(sent);

        assertThat(spec(stored)).isEqualTo(spec(sent));
        assertThat(stored.<String>get("spec", "script")).isEqualTo(sent.<String>get("spec", "script"));
    }

    @ParameterizedTest
    @MethodSource("invalid")
    void anInvalidOneIsRefusedWithASentenceThatNamesTheField(Path file) throws IOException {
        var expected = Files.readAllLines(file).get(0).substring("# ".length());

        assertThat(refusal(read(file))).contains(expected);
    }

    @ParameterizedTest
    @MethodSource("examples")
    void anExampleIsAcceptedInAnyNamespaceAndSaysWhatItShows(Path file) throws IOException {
        var example = read(file);
        assertThat(Files.readAllLines(file).get(0)).matches("# .+\\.");
        assertThat(example.getMetadata().getNamespace()).isNull();

        assertThatCode(() -> create(example)).doesNotThrowAnyException();
    }

    @ParameterizedTest
    @ValueSource(strings = {"x", "é", "€", "😀"})
    void aScriptMayHave204800BytesWhateverItsCharacters(String character) {
        var bytes = character.getBytes(UTF_8).length;
        var largest = character.repeat(204_800 / bytes);

        assertThatCode(() -> create(script(largest))).doesNotThrowAnyException();
        assertThat(refusal(script(largest + character))).contains("spec.script: ", "204800 bytes");
    }

    @Test
    void aScriptOf300KilobytesIsRefused() {
        assertThat(refusal(script("x".repeat(300_000)))).contains("spec.script: Too long");
    }

    @Test
    void whatIsLeftOutGetsTheDefaultsOfTheRecords() {
        var stored = create(script("print(1)"));

        assertThat(spec(stored)).isEqualTo(new ScriptRunnerSpec("print(1)", null, null, null, null, null, null, null));
        assertThat(stored.<Object>get("spec", "runs")).isNull();
    }

    @Test
    void aFullStatusComesBackAsItWasWritten() {
        var runner = new ScriptRunner();
        runner.setMetadata(new ObjectMetaBuilder()
                .withName("full-status")
                .withNamespace("default")
                .build());
        runner.setSpec(new ScriptRunnerSpec("print(1)", null, null, null, null, null, null, null));
        try {
            var created = client().resource(runner).create();
            created.setStatus(fullStatus());

            var stored = client().resource(created).updateStatus();

            assertThat(stored.getStatus()).isEqualTo(fullStatus());
        } finally {
            client().resource(runner).delete();
        }
    }

    /** Every component has a value. */
    private static ScriptRunnerStatus fullStatus() {
        var result = new RunResult(
                5, 3, Outcome.Failed, 3, "out\n", "err\n", true, 1L << 40, 1L << 41, 2, TIME, TIME, "a-pod");
        var node = new NodeStatus(
                "node-1",
                "1f0c2a9b7e",
                Phase.Running,
                "NodeNotReady",
                "A sentence.",
                5,
                1,
                Outcome.Lost,
                137,
                TIME,
                TIME,
                TIME,
                "9f2c4e71",
                new CurrentRun(3, 6, "hello-0123456789", 2, TIME, true, TIME, TIME),
                List.of(result));
        var condition = new ConditionBuilder()
                .withType("Complete")
                .withStatus("False")
                .withObservedGeneration(4L)
                .withLastTransitionTime(TIME.toString())
                .withReason("Running")
                .withMessage("")
                .build();
        return new ScriptRunnerStatus(
                4L,
                3,
                "9f2c4e71",
                TIME,
                List.of(condition),
                "0/1 nodes done, 0 failed",
                1,
                0,
                1,
                0,
                0,
                0,
                TIME,
                TIME,
                true,
                List.of(node));
    }

    private static GenericKubernetesResource create(GenericKubernetesResource runner) {
        return client().resource(runner)
                .inNamespace("default")
                .dryRun()
                .fieldValidation(Validation.STRICT)
                .create();
    }

    private static String refusal(GenericKubernetesResource runner) {
        return catchThrowableOfType(KubernetesClientException.class, () -> create(runner))
                .getMessage();
    }

    private static GenericKubernetesResource script(String script) {
        var runner = new GenericKubernetesResource();
        runner.setApiVersion(ScriptRunner.GROUP + "/" + ScriptRunner.VERSION);
        runner.setKind("ScriptRunner");
        runner.setMetadata(new ObjectMetaBuilder().withName("measured").build());
        runner.setAdditionalProperty("spec", Map.of("script", script));
        return runner;
    }

    private static ScriptRunnerSpec spec(GenericKubernetesResource runner) {
        return client().getKubernetesSerialization()
                .convertValue(runner, ScriptRunner.class)
                .getSpec();
    }

    private static GenericKubernetesResource read(Path file) throws IOException {
        return Serialization.unmarshal(Files.readString(file), GenericKubernetesResource.class);
    }

    private static List<Path> files(Path folder, String prefix) throws IOException {
        try (var files = Files.list(folder)) {
            var found = files.filter(Files::isRegularFile)
                    .filter(file -> file.getFileName().toString().startsWith(prefix))
                    .sorted()
                    .toList();
            assertThat(found).isNotEmpty();
            return found;
        }
    }
}
