package com.github.scriptrunner.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

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
import java.util.concurrent.atomic.AtomicInteger;

/** The operator as it is delivered: the jar, in a JVM of its own. */
final class OperatorProcess implements AutoCloseable {
    private static final Path JAVA = Path.of(System.getProperty("java.home"), "bin");
    private static final Path JAR = Path.of("target/scriptrunner-operator.jar");
    private static final AtomicInteger PORTS = new AtomicInteger(21_000);
    private static final HttpClient HTTP = HttpClient.newHttpClient();

    private final Process process;
    private final URI readiness;

    private OperatorProcess(Process process, int port) {
        this.process = process;
        this.readiness = URI.create("http://127.0.0.1:" + port + "/observe/health/ready");
    }

    /** @param log what it says is added to this file */
    static OperatorProcess start(Path kubeconfig, Path log) throws IOException {
        assertThat(JAR).as("./mvnw package makes it").exists();
        int port = freePort();
        ProcessBuilder builder = new ProcessBuilder(
                        JAVA.resolve("java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-XX:+UseSerialGC",
                        "-jar",
                        JAR.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().put("KUBECONFIG", kubeconfig.toString());
        builder.environment().put("SCRIPTRUNNER_PORT", Integer.toString(port));
        return new OperatorProcess(builder.start(), port);
    }

    /** Not one that the kernel may give to a connection meanwhile. */
    private static int freePort() {
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
        return HTTP.send(
                HttpRequest.newBuilder(readiness).timeout(Duration.ofSeconds(5)).build(),
                HttpResponse.BodyHandlers.ofString());
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
        String histogram = run(JAVA.resolve("jcmd").toString(), Long.toString(process.pid()), "GC.class_histogram");
        String total = histogram.strip().substring(histogram.strip().lastIndexOf('\n') + 1);
        assertThat(total).startsWith("Total");
        return Long.parseLong(total.split(" +")[2]);
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
