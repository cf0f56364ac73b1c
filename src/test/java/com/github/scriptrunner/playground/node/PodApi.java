package com.github.scriptrunner.playground.node;

import io.fabric8.kubernetes.api.model.BindingBuilder;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.DeleteOptionsBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import java.util.Optional;

/** What nodes write to the API; each write to a pod is refused when another pod has taken its name. */
record PodApi(KubernetesClient client) {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    void bind(Pod pod, String nodeName) {
        client.raw(
                path(pod) + "/binding",
                "POST",
                new BindingBuilder()
                        .withNewMetadata()
                        .withName(pod.getMetadata().getName())
                        .withUid(pod.getMetadata().getUid())
                        .endMetadata()
                        .withNewTarget()
                        .withApiVersion("v1")
                        .withKind("Node")
                        .withName(nodeName)
                        .endTarget()
                        .build());
    }

    void report(Pod pod, PodStatus status) {
        Pod patch = new PodBuilder()
                .withNewMetadata()
                .withUid(pod.getMetadata().getUid())
                .endMetadata()
                .withStatus(status)
                .build();
        // with a name alone the client would ask for the object first
        client.resource(pod).subresource("status").patch(MERGE, Serialization.asJson(patch));
    }

    /** Deletes at once: the processes are gone. */
    void delete(Pod pod) {
        client.raw(
                path(pod),
                "DELETE",
                new DeleteOptionsBuilder()
                        .withGracePeriodSeconds(0L)
                        .withNewPreconditions()
                        .withUid(pod.getMetadata().getUid())
                        .endPreconditions()
                        .build());
    }

    Optional<ConfigMap> configMap(Pod pod, String name) {
        return Optional.ofNullable(client.configMaps()
                .inNamespace(pod.getMetadata().getNamespace())
                .withName(name)
                .get());
    }

    void registerNode(String name) {
        client.resource(NodeRegistration.node(name)).create();
        reportNode(name);
    }

    void labelNode(String name) {
        Node patch = new NodeBuilder()
                .withNewMetadata()
                .withLabels(NodeRegistration.labels(name))
                .endMetadata()
                .build();
        client.nodes().withName(name).patch(MERGE, Serialization.asJson(patch));
    }

    void reportNode(String name) {
        Node patch = new NodeBuilder()
                .withStatus(NodeRegistration.status(name, Instant.now()))
                .build();
        client.nodes().withName(name).subresource("status").patch(MERGE, Serialization.asJson(patch));
    }

    private static String path(Pod pod) {
        return "/api/v1/namespaces/" + pod.getMetadata().getNamespace() + "/pods/"
                + pod.getMetadata().getName();
    }
}
