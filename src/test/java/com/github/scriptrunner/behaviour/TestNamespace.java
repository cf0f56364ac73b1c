package com.github.scriptrunner.behaviour;

import com.github.scriptrunner.api.ScriptRunner;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** Where one test has its objects. */
final class TestNamespace implements AutoCloseable {
    /** The selector of nothing but node-1: most behaviour shows on one node. */
    static final Map<String, Object> ON_ONE_NODE = onNodes("node-1");

    private static final String LABEL = "behaviour-test";

    private final KubernetesClient client;
    private final String name;
    private final List<Node> nodes = new ArrayList<>();

    private TestNamespace(KubernetesClient client, String name) {
        this.client = client;
        this.name = name;
    }

    static TestNamespace create(KubernetesClient client) {
        String name = client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withGenerateName("test-")
                        .endMetadata()
                        .build())
                .create()
                .getMetadata()
                .getName();
        return new TestNamespace(client, name);
    }

    KubernetesClient client() {
        return client;
    }

    String name() {
        return name;
    }

    static Map<String, Object> onNodes(String... names) {
        return Map.of(
                "matchExpressions",
                List.of(Map.of("key", "kubernetes.io/hostname", "operator", "In", "values", List.of(names))));
    }

    /** A ScriptRunner with just these fields, the others by the API server's defaults. */
    Runner create(Map<String, ?> spec) {
        return create("runner", spec);
    }

    Runner create(String runner, Map<String, ?> spec) {
        client.resource(new GenericKubernetesResourceBuilder()
                        .withApiVersion(ScriptRunner.GROUP + "/" + ScriptRunner.VERSION)
                        .withKind("ScriptRunner")
                        .withNewMetadata()
                        .withNamespace(name)
                        .withName(runner)
                        .endMetadata()
                        .withAdditionalProperties(Map.of("spec", spec))
                        .build())
                .create();
        return runner(runner);
    }

    /** The one ScriptRunner of a file, as a user would apply it. */
    Runner create(Path file) throws Exception {
        try (var yaml = Files.newInputStream(file)) {
            GenericKubernetesResource object =
                    client.getKubernetesSerialization().unmarshal(yaml, GenericKubernetesResource.class);
            return runner(client.resource(object)
                    .inNamespace(name)
                    .create()
                    .getMetadata()
                    .getName());
        }
    }

    private Runner runner(String runner) {
        return new Runner(client, name, runner);
    }

    /** A node that {@link #onOwnNodes} means; it goes with the namespace. */
    String addNode(String suffix) {
        String node = name + "-" + suffix;
        addNode(node, Map.of(LABEL, name));
        return node;
    }

    void addNode(String node, Map<String, String> labels) {
        nodes.add(client.resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(node)
                        .withLabels(labels)
                        .endMetadata()
                        .build())
                .create());
    }

    void deleteNode(String node) {
        client.nodes().withName(node).delete();
    }

    /** Whether {@link #onOwnNodes} means it from now on. */
    void select(String node, boolean selected) {
        client.nodes().withName(node).edit(before -> {
            NodeBuilder edited = new NodeBuilder(before);
            return selected
                    ? edited.editMetadata()
                            .addToLabels(LABEL, name)
                            .endMetadata()
                            .build()
                    : edited.editMetadata()
                            .removeFromLabels(LABEL)
                            .endMetadata()
                            .build();
        });
    }

    Map<String, Object> onOwnNodes() {
        return Map.of("matchLabels", Map.of(LABEL, name));
    }

    @Override
    public void close() {
        client.namespaces().withName(name).delete();
        client.resources(ScriptRunner.class).inNamespace(name).delete();
        client.resourceList(nodes).delete();
    }
}
