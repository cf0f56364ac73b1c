package com.github.scriptrunner.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/** A broker of Kafka, its own controller, as a process that can be killed; its jars come from {@code src/test/kafka/pom.xml}. */
public final class KafkaBroker implements AutoCloseable {
    /** The jars of the operator's client, whose version the broker has. */
    static final Path CLIENT = Path.of("examples/extra/target");

    private final Path jars;
    private final Path settings;
    private final Path log;
    private final String address;
    private Process process;

    private KafkaBroker(Path jars, Path settings, Path log, String address) {
        this.jars = jars;
        this.settings = settings;
        this.log = log;
        this.address = address;
    }

    /**
     * Gets the jars first.
     *
     * @param host of this machine, as those who send know it
     * @param directory what it keeps is in there
     */
    public static KafkaBroker start(String host, Path directory, Path log) throws Exception {
        mvnw("-f", "examples/extra", "clean", "package");
        String version = version(CLIENT, "kafka-clients-");
        mvnw("-f", "src/test/kafka", "-Dkafka.version=" + version, "package");
        Path jars = Path.of("target/kafka", version);
        String address = host + ":" + OperatorProcess.freePort();
        String controller = "127.0.0.1:" + OperatorProcess.freePort();
        Path settings = Files.writeString(
                directory.resolve("server.properties"), """
                process.roles = broker,controller
                node.id = 1
                listeners = PLAINTEXT://%1$s,CONTROLLER://%2$s
                controller.listener.names = CONTROLLER
                controller.quorum.voters = 1@%2$s
                log.dirs = %3$s
                num.partitions = 3
                """.formatted(address, controller, directory.resolve("data")));
        KafkaBroker broker = new KafkaBroker(jars, settings, log, address);
        broker.run(
                "kafka.tools.StorageTool",
                "format",
                "--cluster-id",
                "MkU3OEVBNTcwNTJENDM2Qg",
                "--config",
                settings.toString());
        broker.start();
        return broker;
    }

    private static void mvnw(String... arguments) throws Exception {
        List<String> command = new ArrayList<>(List.of("./mvnw", "--quiet", "--batch-mode", "--no-transfer-progress"));
        command.addAll(List.of(arguments));
        assertThat(new ProcessBuilder(command).inheritIO().start().waitFor())
                .as("%s", command)
                .isZero();
    }

    /** That of the one jar in this folder whose name begins so. */
    private static String version(Path folder, String artifact) throws IOException {
        try (Stream<Path> jars = Files.list(folder)) {
            return jars.map(jar -> jar.getFileName().toString())
                    .filter(name -> name.startsWith(artifact))
                    .findFirst()
                    .orElseThrow()
                    .replaceFirst(artifact + "(.*)\\.jar", "$1");
        }
    }

    /** The first time. */
    public void awaitStarted() {
        await().atMost(Duration.ofMinutes(2)).until(() -> Files.readString(log).contains("Kafka Server started"));
    }

    public String address() {
        return address;
    }

    /** Again, with what it kept. */
    void start() throws IOException {
        process = java("kafka.Kafka", settings.toString())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
    }

    void kill() {
        process.destroyForcibly().onExit().join();
    }

    /** Key and value of each record. */
    public List<String> read(String topic) throws IOException, InterruptedException {
        return run("src/test/kafka/ReadTopic.java", address, topic).lines().toList();
    }

    /** Returns what it printed. */
    private String run(String... program) throws IOException, InterruptedException {
        Process run = java(program)
                .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
                .start();
        String said = new String(run.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(run.waitFor())
                .as("%s says %s, and more in %s", program[0], said, log)
                .isZero();
        return said;
    }

    private ProcessBuilder java(String... program) {
        return new ProcessBuilder(Chaos.java(
                Stream.concat(Stream.of("-Xmx256m", "-cp", jars.resolve("*").toString()), Stream.of(program))
                        .toArray(String[]::new)));
    }

    @Override
    public void close() {
        kill();
    }
}
