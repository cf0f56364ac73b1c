package com.github.scriptrunner.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.api.ScriptRunner;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import picocli.CommandLine;

@Timeout(120)
class PlaygroundTest {
    private static final String HELLO = """
            apiVersion: scriptrunner.github.com/v1alpha1
            kind: ScriptRunner
            metadata: {name: hello}
            spec: {script: "print('hello')"}
            """;

    @TempDir
    Path temporary;

    private final List<Process> started = new ArrayList<>();

    @AfterEach
    void endWhatIsLeft() {
        started.forEach(Process::destroyForcibly);
    }

    private Process start(String... arguments) throws IOException {
        return startWithOperator(
                Stream.concat(Stream.of("--no-operator"), Stream.of(arguments)).toArray(String[]::new));
    }

    /** The playground in a JVM of its own, its output in files beside its temporary directory. */
    private Process startWithOperator(String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                "-XX:+UseSerialGC",
                "-Djava.io.tmpdir=" + temporary,
                "-cp",
                System.getProperty("java.class.path"),
                Playground.class.getName()));
        command.addAll(List.of(arguments));
        Process process = new ProcessBuilder(command)
                .redirectOutput(out().toFile())
                .redirectError(temporary.resolve("err").toFile())
                .start();
        started.add(process);
        return process;
    }

    private Path out() {
        return temporary.resolve("out");
    }

    private String err() throws IOException {
        return Files.readString(temporary.resolve("err"));
    }

    private List<Path> workingDirectories() throws IOException {
        try (Stream<Path> files = Files.list(temporary)) {
            return files.filter(Files::isDirectory)
                    .filter(each -> each.getFileName().toString().startsWith("scriptrunner-playground-"))
                    .toList();
        }
    }

    private KubernetesClient awaitClient() throws IOException {
        await().atMost(Duration.ofSeconds(60)).until(() -> err().contains("The operator's log: "));
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(
                        workingDirectories().get(0).resolve("kubeconfig").toFile()))
                .build();
    }

    private static void interrupt(Process process) throws Exception {
        new ProcessBuilder("kill", "-INT", Long.toString(process.pid())).start().waitFor();
    }

    /** A pod whose program leaves its session and its parent; its process id. */
    private static long startDaemon(KubernetesClient client) {
        client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withName("daemon")
                        .endMetadata()
                        .withNewSpec()
                        .withNodeName("node-1")
                        .withRestartPolicy("Never")
                        .addNewContainer()
                        .withName("script")
                        .withImage("any")
                        .withCommand("sh", "-c", "(setsid sh -c 'echo $$; exec sleep 1000' &); sleep 1000")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        String log = await().ignoreExceptions()
                .atMost(Duration.ofSeconds(20))
                .until(() -> client.pods().withName("daemon").getLog(), text -> text.endsWith("\n"));
        return Long.parseLong(log.strip());
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).isPresent();
    }

    @ParameterizedTest
    @CsvSource({
        "--nodes=-1, --nodes cannot be negative",
        "--nodes=many, 'many' is not an int",
        "--unknown, Unknown option",
        "--no-operator --console, --console is the operator's: not with --no-operator",
        "no-such-file.yaml, no-such-file.yaml: there is no such file"
    })
    void wrongArgumentsEndWith2AndASentence(String arguments, String sentence) {
        StringWriter err = new StringWriter();
        CommandLine command = new Playground().commandLine().setErr(new PrintWriter(err, true));

        int code = command.execute(arguments.split(" "));

        assertThat(code).isEqualTo(2);
        assertThat(err.toString()).contains(sentence);
    }

    @Test
    void routesWithAMistakeEndItWith2AndTheMistake(@TempDir Path routes) throws Exception {
        Files.writeString(routes.resolve("read-result.yaml"), "- route: {}\n");

        Process playground = startWithOperator("--routes", routes.toString());

        assertThat(playground.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(playground.exitValue()).isEqualTo(2);
        assertThat(err()).startsWith("read-result.yaml:1: ");
    }

    @Test
    void withoutAFileItServesUntilItIsInterrupted() throws Exception {
        Process playground = start("--nodes", "2");

        try (KubernetesClient client = awaitClient()) {
            await().until(() -> Files.size(out()) > 0);
            Path kubeconfig = workingDirectories().get(0).resolve("kubeconfig");
            assertThat(out()).hasContent("export KUBECONFIG=" + kubeconfig);
            assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(kubeconfig)))
                    .isEqualTo("rw-------");
            assertThat(client.nodes().list().getItems())
                    .extracting(node -> node.getMetadata().getName())
                    .containsExactly("node-1", "node-2");
            assertThat(client.configMaps().inNamespace("default").list().getItems())
                    .extracting(HasMetadata::getMetadata)
                    .extracting(metadata -> metadata.getName())
                    .containsExactly("kube-root-ca.crt");
            assertThat(client.resources(ScriptRunner.class)
                            .inAnyNamespace()
                            .list()
                            .getItems())
                    .isEmpty();
            long daemon = startDaemon(client);

            interrupt(playground);

            assertThat(playground.waitFor(20, TimeUnit.SECONDS)).isTrue();
            assertThat(playground.exitValue()).isEqualTo(130);
            assertThat(isAlive(daemon)).isFalse();
            assertThat(workingDirectories()).isEmpty();
        }
    }

    @Test
    void whatAKilledOneLeavesIsRemovedByTheNext() throws Exception {
        Process killed = start();
        long daemon;
        try (KubernetesClient client = awaitClient()) {
            daemon = startDaemon(client);
        }

        killed.destroyForcibly();

        await().atMost(Duration.ofSeconds(5)).until(() -> !isAlive(daemon));
        Path abandoned = workingDirectories().get(0);
        try (WorkingDirectory next = WorkingDirectory.create(temporary)) {
            assertThat(workingDirectories()).containsExactly(next.path());
            assertThat(abandoned).doesNotExist();
        }
    }

    @Test
    void aRunningOnesDirectoryIsLeftAlone() throws Exception {
        try (WorkingDirectory first = WorkingDirectory.create(temporary);
                WorkingDirectory second = WorkingDirectory.create(temporary)) {
            assertThat(workingDirectories()).containsExactlyInAnyOrder(first.path(), second.path());
        }
    }

    @ParameterizedTest
    @CsvSource({"True, 0", "False, 1"})
    void itEndsWithItsRunnersAndTellsWhatTheySaid(String succeeded, int expected) throws Exception {
        Process playground =
                start(Files.writeString(temporary.resolve("hello.yaml"), HELLO).toString());
        try (KubernetesClient client = awaitClient()) {
            await().ignoreExceptions()
                    .until(() -> client.resources(ScriptRunner.class)
                                    .withName("hello")
                                    .get()
                            != null);

            client.resources(ScriptRunner.class)
                    .withName("hello")
                    .subresource("status")
                    .patch(PatchContext.of(PatchType.JSON_MERGE), status(succeeded));
        }

        assertThat(playground.waitFor(20, TimeUnit.SECONDS)).isTrue();
        assertThat(playground.exitValue()).isEqualTo(expected);
        assertThat(Files.readString(out())).isEqualTo("""
                hello on node-1: Succeeded, exit code 0
                  stdout | hello
                hello: 1/1 nodes done, 0 failed
                """);
        assertThat(err()).contains("hello on node-1: Succeeded");
    }

    private static String status(String succeeded) {
        String time = "\"2026-01-01T00:00:00Z\"";
        String condition = "{\"type\": \"%s\", \"status\": \"%s\", \"reason\": \"Reason\", \"message\": \"\","
                + " \"observedGeneration\": 1, \"lastTransitionTime\": " + time + "}";
        return """
                {"status": {
                  "conditions": [%s, %s],
                  "summary": "1/1 nodes done, 0 failed",
                  "nodes": [{"name": "node-1", "nodeId": "id", "phase": "Succeeded", "history": [{
                    "run": 1, "revision": 1, "outcome": "Succeeded", "exitCode": 0, "stdout": "hello",
                    "startTime": %s, "finishTime": %s, "podName": "pod"}]}]}}
                """.formatted(
                condition.formatted("Complete", "True"), condition.formatted("Succeeded", succeeded), time, time);
    }

    @Test
    void aFileThatTheApiRefusesEndsWith2AndTheApisSentence() throws Exception {
        Process playground = start(Files.writeString(temporary.resolve("bad.yaml"), HELLO.replace("script:", "skript:"))
                .toString());

        assertThat(playground.waitFor(60, TimeUnit.SECONDS)).isTrue();
        assertThat(playground.exitValue()).isEqualTo(2);
        assertThat(err()).contains("bad.yaml: ScriptRunner hello is refused: ").contains("spec.skript");
        assertThat(workingDirectories()).isEmpty();
    }
}
