package com.github.scriptrunner.playground.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.ByteArrayInputStream;
import java.io.File;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An unmodified kubectl against the embedded server. Where it is: {@code KUBECTL}, else on the {@code PATH}. */
class KubectlTest {
    private static final String WIDGET = """
            apiVersion: contract.example.com/v1
            kind: Widget
            metadata: {name: NAME, labels: {a: b}}
            spec: {text: hello, size: 7}
            """;
    private static final String POD = """
            apiVersion: v1
            kind: Pod
            metadata: {name: NAME}
            spec: {containers: [{name: script, image: "script:1"}]}
            """;

    private static Path kubectl;
    private static ApiServer server;

    @TempDir
    private static Path directory;

    @BeforeAll
    static void start() throws Exception {
        Optional<Path> found = find();
        if (found.isEmpty() && System.getenv("CI") != null) {
            fail("kubectl is needed where CI is set: put it on the PATH or name it in KUBECTL");
        }
        assumeTrue(found.isPresent(), "left out: there is no kubectl on the PATH and none in KUBECTL");
        kubectl = found.get();
        server = ApiServer.start(directory, KubectlTest::log);
        try (InputStream crd = KubectlTest.class.getResourceAsStream("widgets.yaml")) {
            Files.copy(crd, directory.resolve("widgets.yaml"));
        }
        run("apply", "-f", "widgets.yaml").assertSuccess();
        run("wait", "--for=condition=Established", "crd/widgets.contract.example.com")
                .assertSuccess();
    }

    private static Optional<Path> find() {
        String home = System.getProperty("user.home");
        return Stream.concat(
                        Stream.ofNullable(System.getenv("KUBECTL")).map(Path::of),
                        Stream.concat(
                                Stream.of(System.getenv("PATH").split(File.pathSeparator, -1))
                                        .map(folder -> Path.of(folder, "kubectl")),
                                Stream.of(Path.of(home, ".cache/test-cluster/bin/kubectl"))))
                .filter(Files::isExecutable)
                .findFirst();
    }

    private static InputStream log(String namespace, String pod, String container, boolean follow) throws IOException {
        if (pod.equals("silent")) {
            throw new IOException("it has not started yet");
        }
        return new ByteArrayInputStream("one\ntwo\nthree\n".getBytes(StandardCharsets.UTF_8));
    }

    @AfterAll
    static void stop() {
        if (server != null) {
            server.close();
        }
    }

    @Test
    void appliesWhatItAppliedBeforeWithoutAChange() {
        apply(WIDGET, "twice").assertSuccess("widget.contract.example.com/twice created");
        apply(WIDGET, "twice").assertSuccess("widget.contract.example.com/twice unchanged");
        apply(WIDGET.replace("size: 7", "size: 8"), "twice")
                .assertSuccess("widget.contract.example.com/twice configured");
    }

    @Test
    void appliesOnTheServerSide() {
        apply(WIDGET, "served", "--server-side").assertSuccess("widget.contract.example.com/served serverside-applied");
        apply(WIDGET.replace(", size: 7", ""), "served", "--server-side").assertSuccess();
        // back to its default
        run("get", "widget", "served", "-o", "jsonpath={.spec.size}").assertSuccess("3");
    }

    @Test
    void showsTheColumnsOfTheDefinition() {
        apply(WIDGET, "shown").assertSuccess();
        run("get", "wd", "shown").assertSuccess("NAME    SIZE   READY   AGE\nshown   7              ");
        run("get", "wd", "shown", "-o", "wide")
                .assertSuccess("NAME    SIZE   READY   MODE    AGE\nshown   7              Small   ");
    }

    @Test
    void refusesAnUnknownFieldByDefault() {
        apply(WIDGET.replace("size", "sise"), "unknown")
                .assertFailure("strict decoding error: unknown field \"spec.sise\"");
    }

    @Test
    void showsWhatIsInvalidFieldByField() {
        apply(WIDGET.replace("size: 7", "size: 13, mode: Huge"), "invalid")
                .assertFailure(
                        "The Widget \"invalid\" is invalid:",
                        "* spec.mode: Unsupported value: \"Huge\": supported values: \"Small\", \"Large\"");
    }

    @Test
    void explainsTheFields() {
        run("explain", "widget.spec.text").assertSuccess("FIELD: text <string>", "What it says.");
        run("explain", "widget.spec", "--recursive").assertSuccess("What is wanted.", "size\t<integer>");
    }

    @Test
    void waitsForACondition() {
        apply(WIDGET, "awaited").assertSuccess();
        String status = "{\"status\": {\"conditions\": [{\"type\": \"Ready\", \"status\": \"True\"}]}}";
        run("patch", "widget", "awaited", "--subresource=status", "--type=merge", "-p", status)
                .assertSuccess();
        run("wait", "--for=condition=Ready", "widget/awaited", "--timeout=10s").assertSuccess("condition met");
    }

    @Test
    void watchesAsATable() throws Exception {
        Process watch = start(ProcessBuilder.Redirect.DISCARD, "get", "widgets", "-w", "-l", "watched=yes");
        try (InputStream out = watch.getInputStream()) {
            StringBuilder seen = new StringBuilder();
            apply(WIDGET.replace("a: b", "watched: \"yes\""), "watched").assertSuccess();
            await().untilAsserted(() -> {
                seen.append(new String(out.readNBytes(out.available()), StandardCharsets.UTF_8));
                assertThat(seen).contains("NAME      SIZE   READY   AGE").contains("watched   7");
            });
        } finally {
            watch.destroy();
        }
    }

    @Test
    void describesAndEditsAPod() {
        apply(POD, "described").assertSuccess();
        run("label", "pod", "described", "colour=red").assertSuccess("labeled");
        run("annotate", "pod", "described", "note=well").assertSuccess("annotated");
        run("patch", "pod", "described", "-p", "{\"metadata\": {\"labels\": {\"shape\": \"round\"}}}")
                .assertSuccess();
        run("describe", "pod", "described").assertSuccess("colour=red", "shape=round", "note: well");
        run("get", "pods", "-l", "colour in (red, blue),shape", "-o", "name").assertSuccess("pod/described");
    }

    @Test
    void readsLogs() {
        apply(POD.replace("spec: {", "spec: {nodeName: n1, "), "talking").assertSuccess();
        run("logs", "talking").assertSuccess("one\ntwo\nthree\n");
        run("logs", "-f", "talking", "--tail=1").assertSuccess("three\n");
        run("logs", "talking", "-c", "other").assertFailure("container other is not valid for pod talking");
        apply(POD.replace("spec: {", "spec: {nodeName: n1, "), "silent").assertSuccess();
        run("logs", "silent").assertFailure("it has not started yet");
    }

    @Test
    void drainsANode() {
        apply("apiVersion: v1\nkind: Node\nmetadata: {name: NAME}", "drained").assertSuccess();
        run("drain", "drained").assertSuccess("node/drained drained");
        run("get", "node", "drained").assertSuccess("SchedulingDisabled");
        run("uncordon", "drained").assertSuccess("uncordoned");
    }

    @Test
    void deletesANamespaceWithWhatIsInIt() {
        apply("apiVersion: v1\nkind: Namespace\nmetadata: {name: NAME}", "emptied")
                .assertSuccess();
        apply(WIDGET, "a", "-n", "emptied").assertSuccess();
        run("delete", "namespace", "emptied", "--timeout=20s").assertSuccess();
        run("get", "widgets", "-A").assertNotContains("emptied");
    }

    @Test
    void isToldThatTheServerReadsJsonOnly() {
        run("create", "namespace", "binary").assertFailure("this server reads JSON only", "use a manifest");
    }

    private record Result(int exitCode, String out, String err) {
        void assertSuccess(String... parts) {
            assertThat(exitCode).as(err).isZero();
            assertThat(List.of(parts)).allSatisfy(part -> assertThat(out).contains(part));
        }

        void assertFailure(String... parts) {
            assertThat(exitCode).as(out).isNotZero();
            assertThat(err).contains(parts);
        }

        void assertNotContains(String part) {
            assertThat(exitCode).as(err).isZero();
            assertThat(out).doesNotContain(part);
        }
    }

    private static Result apply(String manifest, String name, String... options) {
        try {
            Path file = Files.writeString(directory.resolve(name + ".yaml"), manifest.replace("NAME", name));
            return run(Stream.concat(Stream.of("apply", "-f", file.toString()), Stream.of(options))
                    .toArray(String[]::new));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private static Process start(ProcessBuilder.Redirect errors, String... arguments) throws IOException {
        List<String> command = new ArrayList<>(List.of(kubectl.toString()));
        command.addAll(List.of(arguments));
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectError(errors);
        builder.environment().put("KUBECONFIG", server.kubeconfig().toString());
        builder.environment().put("HOME", directory.toString());
        return builder.start();
    }

    private static Result run(String... arguments) {
        try {
            Path err = Files.createTempFile(directory, "err", "");
            Process process = start(ProcessBuilder.Redirect.to(err.toFile()), arguments);
            try (InputStream out = process.getInputStream()) {
                String said = new String(out.readAllBytes(), StandardCharsets.UTF_8);
                assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
                return new Result(process.exitValue(), said, Files.readString(err));
            }
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }
}
