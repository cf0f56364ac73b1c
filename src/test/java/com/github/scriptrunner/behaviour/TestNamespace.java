package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.api.ScriptRunner;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceBuilder;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/** Where one test has its objects. */
public final class TestNamespace implements AutoCloseable {
    /** The selector of nothing but node-1: most behaviour shows on one node. */
    public static final Map<String, Object> ON_ONE_NODE = onNodes(NODE_1);

    private static final String LABEL = "behaviour-test";

    private final KubernetesClient client;
    private final String name;
    private final List<Node> nodes = new ArrayList<>();

    private TestNamespace(KubernetesClient client, String name) {
        this.client = client;
        this.name = name;
    }

    public static TestNamespace create(KubernetesClient client) {
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

    public KubernetesClient client() {
        return client;
    }

    public String name() {
        return name;
    }

    public static Map<String, Object> onNodes(String... names) {
        return Map.of(
                "matchExpressions",
                List.of(Map.of("key", "kubernetes.io/hostname", "operator", "In", "values", List.of(names))));
    }

    /** A ScriptRunner with just these fields, the others by the API server's defaults. */
    public Runner create(Map<String, ?> spec) {
        return create("runner", spec);
    }

    public Runner create(String runner, Map<String, ?> spec) {
        return create(new GenericKubernetesResourceBuilder()
                .withApiVersion(ScriptRunner.GROUP + "/" + ScriptRunner.VERSION)
                .withKind("ScriptRunner")
                .withNewMetadata()
                .withName(runner)
                .endMetadata()
                .withAdditionalProperties(Map.of("spec", spec))
                .build());
    }

    /** The one ScriptRunner of a file, as a user would apply it. */
    public Runner create(Path file) throws Exception {
        try (var yaml = Files.newInputStream(file)) {
            return create(client.getKubernetesSerialization().unmarshal(yaml, GenericKubernetesResource.class));
        }
    }

    /** Sends just what is in it: {@code ScriptRunnerSpec} would set the defaults that the API server is to set. */
    private Runner create(GenericKubernetesResource object) {
        client.genericKubernetesResources(ResourceDefinitionContext.fromResourceType(ScriptRunner.class))
                .inNamespace(name)
                .resource(object)
                .create();
        return new Runner(client, name, object.getMetadata().getName());
    }

    /** A node that is Ready and that {@link #onOwnNodes} means; it goes with the namespace. */
    public String addNode(String suffix) {
        String node = name + "-" + suffix;
        nodes.add(client.resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName(node)
                        .addToLabels(LABEL, name)
                        .endMetadata()
                        .build())
                .create());
        client.nodes().withName(node).waitUntilReady(10, TimeUnit.SECONDS);
        return node;
    }

    public void deleteNode(String node) {
        client.nodes().withName(node).delete();
    }

    /** Whether {@link #onOwnNodes} means it from now on. */
    public void select(String node, boolean selected) {
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

    /** What its kubelet says of it; asked again where the real one wrote at the same moment. */
    public void setReady(String node, boolean ready) {
        await().atMost(Runner.PATIENCE)
                .ignoreException(KubernetesClientException.class)
                .until(
                        () -> client.nodes()
                                .withName(node)
                                .editStatus(before -> new NodeBuilder(before)
                                        .editStatus()
                                        .editMatchingCondition(
                                                condition -> condition.getType().equals("Ready"))
                                        .withStatus(ready ? "True" : "False")
                                        .withMessage(ready ? "" : "gone to lunch")
                                        .endCondition()
                                        .endStatus()
                                        .build()),
                        Objects::nonNull);
    }

    /** Returns when the operator has acted on what was done to this node before: on another runner, with the same watch. */
    public void awaitOperatorHasSeen(String node) {
        Runner other = create(
                "other-" + node,
                Map.of("script", "print(1)", "nodeSelector", onNodes(node), "initialDelaySeconds", 3600));
        other.awaitNode(node, entry -> {});
        client.nodes()
                .withName(node)
                .edit(before -> new NodeBuilder(before)
                        .editMetadata()
                        .addToLabels("kubernetes.io/hostname", "elsewhere")
                        .endMetadata()
                        .build());
        other.await(status -> assertThat(status.nodes()).isEmpty());
    }

    /** The log of a pod once this is in it. */
    public String awaitLog(Pod pod, String text) {
        return await().atMost(Runner.PATIENCE)
                .ignoreExceptions()
                .until(
                        () -> client.pods()
                                .inNamespace(name)
                                .withName(pod.getMetadata().getName())
                                .getLog(),
                        log -> log.contains(text));
    }

    /** Takes what holds an object back from its end, as somebody in a hurry does. */
    void takeFinalizers(HasMetadata object) {
        client.resource(object).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\": {\"finalizers\": null}}");
    }

    public void awaitNoPods() {
        await().atMost(Runner.PATIENCE)
                .untilAsserted(
                        () -> assertThat(client.pods().inNamespace(name).list().getItems())
                                .isEmpty());
    }

    public Map<String, Object> onOwnNodes() {
        return Map.of("matchLabels", Map.of(LABEL, name));
    }

    @Override
    public void close() {
        client.namespaces().withName(name).delete();
        client.resources(ScriptRunner.class).inNamespace(name).delete();
        client.resourceList(nodes).delete();
    }
}
