package com.github.scriptrunner.api;

import com.github.scriptrunner.playground.apiserver.ApiServer;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.io.TempDir;

/** The contract on the playground's API server. */
class CrdOnEmbeddedServerTest extends CrdContract {
    private static ApiServer server;
    private static KubernetesClient client;

    @BeforeAll
    static void startWithTheCrd(@TempDir Path directory) throws IOException {
        server = ApiServer.start(directory, (namespace, pod, container, follow) -> InputStream.nullInputStream());
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(server.kubeconfig().toFile()))
                .build();
        client.resource(CrdAndRecordsTest.crd()).create();
        client.resources(CustomResourceDefinition.class)
                .withName(CrdAndRecordsTest.crd().getMetadata().getName())
                .waitUntilCondition(
                        crd -> crd.getStatus() != null
                                && crd.getStatus().getConditions().stream()
                                        .anyMatch(
                                                condition -> condition.getType().equals("Established")),
                        10,
                        TimeUnit.SECONDS);
    }

    @AfterAll
    static void stop() {
        client.close();
        server.close();
    }

    @Override
    KubernetesClient client() {
        return client;
    }
}
