package com.github.scriptrunner.playground.apiserver;

import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * The server that has to keep a contract: the embedded one, or with {@code API_CONTRACT_KUBECONFIG} that of a cluster, of which at least
 * kube-apiserver and the controllers for namespaces and garbage run.
 */
public final class ServerUnderTest implements AutoCloseable {
    private final ApiServer embedded;
    private final KubernetesClient client;

    private ServerUnderTest(ApiServer embedded, KubernetesClient client) {
        this.embedded = embedded;
        this.client = client;
    }

    /** The embedded one, in this directory, or the other. */
    public static ServerUnderTest start(Path directory) throws IOException {
        String other = System.getenv("API_CONTRACT_KUBECONFIG");
        ApiServer embedded = other == null
                ? ApiServer.start(directory, (namespace, pod, container, follow) -> InputStream.nullInputStream())
                : null;
        Path kubeconfig = other == null ? embedded.kubeconfig() : Path.of(other);
        Config config = Config.fromKubeconfig(kubeconfig.toFile());
        // the first answer counts
        config.setRequestRetryBackoffLimit(0);
        return new ServerUnderTest(
                embedded, new KubernetesClientBuilder().withConfig(config).build());
    }

    public KubernetesClient client() {
        return client;
    }

    /** Returns when objects of this kind can be written. */
    public void define(CustomResourceDefinition definition) {
        client.resource(definition).serverSideApply();
        client.resource(definition).waitUntilCondition(ServerUnderTest::isEstablished, 10, TimeUnit.SECONDS);
    }

    /** Whether objects of this kind can be written; its first conditions may be null. */
    public static boolean isEstablished(CustomResourceDefinition definition) {
        return definition != null
                && definition.getStatus() != null
                && definition.getStatus().getConditions() != null
                && definition.getStatus().getConditions().stream()
                        .anyMatch(condition -> condition.getType().equals("Established")
                                && condition.getStatus().equals("True"));
    }

    @Override
    public void close() {
        client.close();
        if (embedded != null) {
            embedded.close();
        }
    }
}
