package com.github.scriptrunner.chaos;

import com.github.scriptrunner.behaviour.PlaygroundCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;

/** What all chaos begins with. */
final class Chaos {
    static final List<String> NODES = List.of("node-1", "node-2", "node-3", "node-4", "node-5");

    /** The folder of its programs. */
    static final Path JDK = Path.of(System.getProperty("java.home"), "bin");

    private static final String OTHER_CLUSTER = System.getenv("CHAOS_KUBECONFIG");

    private Chaos() {}

    /** The same seed takes the same decisions; what they meet is up to the machine. */
    static Random random() {
        long seed = Long.getLong("chaos.seed", System.nanoTime());
        System.out.printf("-Dchaos.seed=%d%n", seed);
        return new Random(seed);
    }

    /** On the playground's API server, or on that of {@code CHAOS_KUBECONFIG}: a control plane without nodes. */
    static PlaygroundCluster cluster() throws Exception {
        PlaygroundCluster cluster = OTHER_CLUSTER == null
                ? PlaygroundCluster.start(NODES)
                : PlaygroundCluster.join(Path.of(OTHER_CLUSTER), NODES);
        cluster.defineScriptRunners();
        return cluster;
    }

    /** A JVM that starts soon and takes little, as the image has it. */
    static String[] java(String... arguments) {
        return Stream.concat(
                        Stream.of(JDK.resolve("java").toString(), "-XX:TieredStopAtLevel=1", "-XX:+UseSerialGC"),
                        Stream.of(arguments))
                .toArray(String[]::new);
    }

    /** A new file in {@code target/chaos}, which stays; tests on both servers may run side by side. */
    static Path log(String name) throws Exception {
        Path server = Path.of("target/chaos", OTHER_CLUSTER == null ? "playground" : "cluster");
        Path file = Files.createDirectories(server).resolve(name);
        Files.deleteIfExists(file);
        return Files.createFile(file);
    }
}
