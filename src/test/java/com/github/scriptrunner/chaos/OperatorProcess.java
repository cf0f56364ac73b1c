package com.github.scriptrunner.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.Operator;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The operator as it is delivered: the jar, in a JVM of its own. */
final class OperatorProcess implements AutoCloseable {
    private static final Path JAR = Path.of("target/scriptrunner-operator.jar");
    /** Others than those of tests that run beside these. */
    private static final AtomicInteger PORTS =
            new AtomicInteger(21_000 + (int) (ProcessHandle.current().pid() % 100) * 50);

    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final URI address;

    private OperatorProcess(Process process, int port) {
        this.process = process;
        this.address = URI.create("http://127.0.0.1:" + port + "/observe/");
    }

    /** @param log what it says is added to this file */
    static OperatorProcess start(Path kubeconfig, Path log) throws IOException {
        return start(kubeconfig, log, Map.of());
    }

    /** One of several, of which one leads. */
    static OperatorProcess startReplica(Path kubeconfig, Path log) throws IOException {
        return start(kubeconfig, log, Map.of("SCRIPTRUNNER_LEADER_ELECTION", "true"));
    }

    /** With changed routes and, as the image has them, jars of further components. */
    static OperatorProcess start(Path kubeconfig, Path log, Map<String, String> settings, Path... extra)
            throws IOException {
        assertThat(JAR).as("./mvnw package makes it").exists();
        String classPath = Stream.concat(Stream.of(JAR), Stream.of(extra).map(folder -> folder.resolve("*")))
                .map(Path::toString)
                .collect(Collectors.joining(":"));
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(Chaos.java(
                        "-XX:SharedArchiveFile=" + Archive.FILE,
                        // the limit of its pod in manifests/base
                        "-XX:MaxRAM=320m",
                        "-XX:+ExitOnOutOfMemoryError",
                        "-cp",
                        classPath,
                        Operator.class.getName()))
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().put("SCRIPTRUNNER_PORT", Integer.toString(port));
        builder.environment().putAll(settings);
        return new OperatorProcess(builder.start(), port);
    }

    /** Its classes, as the image keeps them: starting takes half as long. */
    private static final class Archive {
        static final Path FILE = make();

        private static Path make() {
            try {
                Path file = Chaos.log("operator.jsa");
                // a start that ends by itself
                run(Chaos.java(
                        "-XX:ArchiveClassesAtExit=" + file,
                        "-cp",
                        JAR.toString(),
                        Operator.class.getName(),
                        "check-routes",
                        "examples/routes/redact-output"));
                return file;
            } catch (Exception e) {
                throw new IllegalStateException("the operator's classes cannot be archived", e);
            }
        }
    }

    /** Not one that the kernel may give to a connection meanwhile. */
    static int freePort() {
        while (true) {
            int port = PORTS.getAndIncrement();
            try (ServerSocket socket = new ServerSocket(port)) {
                return socket.getLocalPort();
            } catch (IOException e) {
                // taken: the next
            }
        }
    }

    void awaitReady() {
        await().atMost(Duration.ofMinutes(2))
                .pollInterval(Duration.ofMillis(50))
                .ignoreException(ConnectException.class)
                .until(() -> {
                    assertThat(process.isAlive()).as("the operator lives").isTrue();
                    return readiness().statusCode() == 200;
                });
    }

    HttpResponse<String> readiness() throws IOException, InterruptedException {
        return get("health/ready");
    }

    boolean isLeader() throws IOException, InterruptedException {
        return get("metrics").body().contains("leader_election_master_status{name=\"scriptrunner-operator\"} 1.0");
    }

    /** One that has no labels. */
    int metric(String name) throws IOException, InterruptedException {
        Matcher value = Pattern.compile("(?m)^" + name + " (\\S+)$")
                .matcher(get("metrics").body());
        assertThat(value.find()).as("there is a metric %s", name).isTrue();
        return (int) Double.parseDouble(value.group(1));
    }

    private HttpResponse<String> get(String path) throws IOException, InterruptedException {
        return HTTP.send(
                HttpRequest.newBuilder(address.resolve(path))
                        .timeout(Duration.ofSeconds(5))
                        .build(),
                HttpResponse.BodyHandlers.ofString());
    }

    /** Asks it to end, and does not wait for it. */
    void terminate() {
        process.destroy();
    }

    int awaitExit() {
        return process.onExit().orTimeout(1, TimeUnit.MINUTES).join().exitValue();
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    void stop() throws IOException, InterruptedException {
        run("kill", "-STOP", Long.toString(process.pid()));
    }

    void resume() throws IOException, InterruptedException {
        run("kill", "-CONT", Long.toString(process.pid()));
    }

    /** What is left of its heap after a full collection. */
    long liveBytes() throws IOException, InterruptedException {
        String histogram =
                run(Chaos.JDK.resolve("jcmd").toString(), Long.toString(process.pid()), "GC.class_histogram");
        String total = histogram.strip().substring(histogram.strip().lastIndexOf('\n') + 1);
        assertThat(total).startsWith("Total");
        return Long.parseLong(total.replaceFirst("Total +[0-9]+ +", ""));
    }

    private static String run(String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(process.waitFor())
                .as("%s: %s", String.join(" ", command), said)
                .isZero();
        return said;
    }

    @Override
    public void close() {
        kill();
    }
}
