package com.github.scriptrunner.chaos;

import com.github.scriptrunner.behaviour.PlaygroundCluster;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;

/** What all chaos begins with. */
final class Chaos {
    static final List<String> NODES = List.of("node-1", "node-2", "node-3", "node-4", "node-5");

    private Chaos() {}

    /** The same seed takes the same decisions; what they meet is up to the machine. */
    static Random random() {
        long seed = Long.getLong("chaos.seed", System.nanoTime());
        System.out.printf("-Dchaos.seed=%d%n", seed);
        return new Random(seed);
    }

    /** On the playground's API server, or on that of {@code CHAOS_KUBECONFIG}: a control plane without nodes. */
    static PlaygroundCluster cluster() throws Exception {
        String other = System.getenv("CHAOS_KUBECONFIG");
        PlaygroundCluster cluster =
                other == null ? PlaygroundCluster.start(NODES) : PlaygroundCluster.join(Path.of(other), NODES);
        cluster.defineScriptRunners();
        return cluster;
    }

    /** A new file in {@code target/chaos}, which stays. */
    static Path log(String name) throws Exception {
        Path file = Files.createDirectories(Path.of("target/chaos")).resolve(name);
        Files.deleteIfExists(file);
        return Files.createFile(file);
    }
}
