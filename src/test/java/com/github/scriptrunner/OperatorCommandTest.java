package com.github.scriptrunner;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.sun.net.httpserver.HttpServer;
import java.io.File;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

@Timeout(60)
class OperatorCommandTest {
    private final StringWriter out = new StringWriter();
    private final StringWriter err = new StringWriter();
    private final AtomicInteger requests = new AtomicInteger();

    @TempDir
    private Path directory;

    /** A cluster that answers nothing. */
    private HttpServer api;

    @BeforeEach
    void startApi() throws Exception {
        api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/", exchange -> {
            requests.incrementAndGet();
            exchange.close();
        });
        api.start();
    }

    @AfterEach
    void stopApi() {
        api.stop(0);
    }

    @Test
    void checkRoutesCountsThoseThatAreInOrder() throws Exception {
        write("mine.yaml", "log:mine");

        int code = execute("check-routes", directory.toString());

        assertThat(err.toString()).isEmpty();
        assertThat(out.toString()).isEqualTo("15 routes are in order\n");
        assertThat(code).isZero();
    }

    @Test
    void checkRoutesSaysOneMistakeALine() throws Exception {
        Files.writeString(directory.resolve("mine.yaml"), "- route: [");
        Files.writeString(directory.resolve("other.yaml"), "- on: {}\n");

        int code = execute("check-routes", directory.toString());

        assertThat(err.toString().lines())
                .hasSize(2)
                .satisfiesExactly(
                        line -> assertThat(line).startsWith("mine.yaml:1: this is not YAML"),
                        line -> assertThat(line).startsWith("other.yaml:1: 'on' is nothing that Camel knows"));
        assertThat(code).isEqualTo(2);
    }

    @Test
    void checkRoutesWantsADirectory() {
        int code = execute("check-routes", directory.resolve("none").toString());

        assertThat(err.toString()).endsWith("none is not a directory of route files: give one that is there\n");
        assertThat(code).isEqualTo(2);
    }

    @Test
    void theHelpNamesItsCommands() {
        int code = execute("--help");

        assertThat(out.toString()).contains("check-routes", "--version", "docs/operating.md");
        assertThat(code).isZero();
    }

    @Test
    void theVersionIsThatOfTheJar() {
        int code = execute("--version");

        assertThat(out.toString()).startsWith("scriptrunner-operator ");
        assertThat(code).isZero();
    }

    @Test
    void withAMistakeInItsRoutesTheOperatorEndsWith2AndAsksTheClusterForNothing() throws Exception {
        write("mine.yaml", "direct:patch-status");

        Process process = onTheCluster().start();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(process.exitValue()).isEqualTo(2);
        assertThat(Files.readString(directory.resolve(".err")).lines())
                .singleElement()
                .asString()
                .startsWith("mine.yaml:7: ");
        assertThat(requests).hasValue(0);
    }

    @Test
    void withItsRoutesInOrderTheOperatorStarts() throws Exception {
        write("mine.yaml", "log:mine");
        ProcessBuilder operator = onTheCluster();
        operator.environment().put("SCRIPTRUNNER_PORT", "0");

        Process process = operator.start();

        try {
            await().atMost(Duration.ofSeconds(30))
                    .untilAsserted(() -> assertThat(requests).hasPositiveValue());
            assertThat(process.isAlive()).isTrue();
        } finally {
            process.destroyForcibly();
        }
    }

    private ProcessBuilder onTheCluster() {
        ProcessBuilder operator = operator();
        operator.environment()
                .put("KUBERNETES_MASTER", "http://127.0.0.1:" + api.getAddress().getPort());
        operator.environment().put("SCRIPTRUNNER_ROUTES", directory.toString());
        return operator;
    }

    /** Each file of the examples is of another name, so that they can be there together. */
    @Test
    void theSettingsOfTheExamplesAreEnvironmentVariables() throws Exception {
        for (String file : List.of(
                "ask-before-each-node/create-pod.yaml",
                "only-in-a-maintenance-window/reconcile-runner.yaml",
                "tell-a-webhook/publish-result.yaml")) {
            Path example = Path.of("examples/routes", file);
            Files.copy(example, directory.resolve(example.getFileName()));
        }
        ProcessBuilder check = operator("check-routes", directory.toString());
        check.environment().put("PERMISSION_URL", "http://permission.example.com");
        check.environment().put("MAINTENANCE_BEGINS", "2200");
        check.environment().put("MAINTENANCE_ENDS", "0600");
        check.environment().put("WEBHOOK_URL", "http://hooks.example.com");

        Process process = check.start();

        assertThat(process.waitFor(30, TimeUnit.SECONDS)).isTrue();
        assertThat(Files.readString(directory.resolve(".err"))).isEmpty();
        assertThat(process.exitValue()).isZero();
    }

    private ProcessBuilder operator(String... arguments) {
        List<String> command = new ArrayList<>(List.of(
                ProcessHandle.current().info().command().orElseThrow(),
                "-XX:TieredStopAtLevel=1",
                // the limit of its pod in manifests/base
                "-XX:MaxRAM=320m",
                "-cp",
                System.getProperty("java.class.path"),
                Operator.class.getName()));
        command.addAll(List.of(arguments));
        return new ProcessBuilder(command)
                .redirectError(directory.resolve(".err").toFile())
                .redirectOutput(new File("/dev/null"));
    }

    private int execute(String... arguments) {
        return new CommandLine(new OperatorCommand())
                .setOut(new PrintWriter(out, true))
                .setErr(new PrintWriter(err, true))
                .execute(arguments);
    }

    private void write(String file, String target) throws Exception {
        Files.writeString(directory.resolve(file), """
                - route:
                    id: mine
                    routeConfigurationId: lost-event
                    from:
                      uri: direct:mine
                      steps:
                        - to: {uri: "%s"}
                """.formatted(target));
    }
}
