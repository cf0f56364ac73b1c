package com.github.scriptrunner.behaviour;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.DatagramSocket;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/**
 * Gives each test a namespace, which goes when the test ends, on the cluster of all: that of {@code E2E_KUBECONFIG}, where the operator runs
 * already, or else the playground, which the first test starts.
 */
public final class SharedCluster implements ParameterResolver {
    private static final Namespace STORE = Namespace.create(SharedCluster.class);

    /** Null: the playground. */
    private static final String KUBECONFIG = System.getenv("E2E_KUBECONFIG");

    private static final List<String> NODES = KUBECONFIG == null ? PlaygroundCluster.NODES : nodes();

    public static final String NODE_1 = NODES.get(0);
    public static final String NODE_2 = NODES.get(1);
    public static final String NODE_3 = NODES.get(2);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType().equals(TestNamespace.class);
    }

    @Override
    public TestNamespace resolveParameter(ParameterContext parameter, ExtensionContext context) {
        return context.getStore(STORE)
                .getOrComputeIfAbsent(
                        TestNamespace.class, type -> TestNamespace.create(client(context)), TestNamespace.class);
    }

    private static KubernetesClient client(ExtensionContext context) {
        ExtensionContext.Store store = context.getRoot().getStore(STORE);
        return KUBECONFIG == null
                ? store.getOrComputeIfAbsent(PlaygroundCluster.class, type -> started(), PlaygroundCluster.class)
                        .client()
                : store.getOrComputeIfAbsent(KubernetesClient.class, type -> connected(), KubernetesClient.class);
    }

    private static PlaygroundCluster started() {
        try {
            PlaygroundCluster cluster = PlaygroundCluster.start();
            cluster.defineScriptRunners();
            cluster.startOperator();
            return cluster;
        } catch (Exception e) {
            throw new IllegalStateException("the cluster of the tests does not start", e);
        }
    }

    public static KubernetesClient connected() {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(new File(KUBECONFIG)))
                .build();
    }

    private static List<String> nodes() {
        try (KubernetesClient client = connected()) {
            List<String> names = client.nodes().list().getItems().stream()
                    .map(node -> node.getMetadata().getName())
                    .sorted()
                    .toList();
            if (names.size() != PlaygroundCluster.NODES.size()) {
                throw new IllegalStateException(
                        "these tests are for a cluster of %d nodes, and this one has %s; see e2e/README.md"
                                .formatted(PlaygroundCluster.NODES.size(), names));
            }
            return names;
        }
    }

    /** Where pods reach this JVM: {@code E2E_ADDRESS}, or else the address that this machine has towards the API server. */
    public static String addressOfTests() {
        String given = System.getenv("E2E_ADDRESS");
        if (given != null || KUBECONFIG == null) {
            return given == null ? "127.0.0.1" : given;
        }
        URI server = URI.create(Config.fromKubeconfig(new File(KUBECONFIG)).getMasterUrl());
        try (DatagramSocket towards = new DatagramSocket()) {
            // sends nothing
            towards.connect(new InetSocketAddress(server.getHost(), 9));
            return towards.getLocalAddress().getHostAddress();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
