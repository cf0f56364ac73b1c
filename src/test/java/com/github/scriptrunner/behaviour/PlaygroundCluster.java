package com.github.scriptrunner.behaviour;

import com.github.scriptrunner.Operator;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.playground.apiserver.ApiServer;
import com.github.scriptrunner.playground.apiserver.ServerUnderTest;
import com.github.scriptrunner.playground.node.Nodes;
import com.github.scriptrunner.playground.node.PodLogs;
import com.github.scriptrunner.playground.node.PrivateFiles;
import com.sun.net.httpserver.Filter;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.dsl.Resource;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Properties;
import java.util.concurrent.TimeUnit;

/**
 * The playground's nodes within this JVM, on the playground's API server or on another, and an operator that can be started and
 * stopped.
 */
public final class PlaygroundCluster implements AutoCloseable {
    /** The names of the nodes that are always there. */
    static final List<String> NODES = List.of("node-1", "node-2", "node-3");

    private final Path directory;
    /** Null where it is somebody else's. */
    private final ApiServer api;

    private final Path kubeconfig;
    private final PodLogs logs;
    private final KubernetesClient client;
    private Nodes nodes;
    private Operator operator;

    private PlaygroundCluster(Path directory, ApiServer api, Path kubeconfig, PodLogs logs) {
        this.directory = directory;
        this.api = api;
        this.kubeconfig = kubeconfig;
        this.logs = logs;
        this.client = newClient();
    }

    /**
     * A cluster that does not know yet what a ScriptRunner is.
     *
     * @param filters see each request first
     */
    static PlaygroundCluster start(Filter... filters) throws Exception {
        return start(NODES, filters);
    }

    public static PlaygroundCluster start(List<String> nodes, Filter... filters) throws Exception {
        Path directory = Files.createTempDirectory("scriptrunner-behaviour-");
        PodLogs logs = new PodLogs();
        ApiServer api = ApiServer.start(directory, logs, filters);
        PlaygroundCluster cluster = new PlaygroundCluster(directory, api, api.kubeconfig(), logs);
        cluster.startNodes(nodes);
        return cluster;
    }

    /** On the API of this kubeconfig, which needs Kubernetes' own controllers but no nodes. */
    public static PlaygroundCluster join(Path kubeconfig, List<String> nodes) throws Exception {
        Path directory = Files.createTempDirectory("scriptrunner-behaviour-");
        PlaygroundCluster cluster = new PlaygroundCluster(directory, null, kubeconfig, new PodLogs());
        nodes.forEach(node -> cluster.client.nodes().withName(node).delete());
        cluster.startNodes(nodes);
        return cluster;
    }

    private void startNodes(List<String> names) throws Exception {
        nodes = Nodes.start(kubeconfig, directory, Path.of("runner/run.py").toAbsolutePath(), logs);
        names.forEach(nodes::register);
    }

    public Path kubeconfig() {
        return kubeconfig;
    }

    public void defineScriptRunners() throws IOException {
        try (var crd = Files.newInputStream(Path.of("manifests/crd/scriptrunners.yaml"))) {
            client.load(crd).serverSideApply();
        }
        definition().waitUntilCondition(ServerUnderTest::isEstablished, 10, TimeUnit.SECONDS);
    }

    void undefineScriptRunners() {
        definition().delete();
        definition().waitUntilCondition(Objects::isNull, 10, TimeUnit.SECONDS);
    }

    private Resource<CustomResourceDefinition> definition() {
        return client.apiextensions().v1().customResourceDefinitions().withName("scriptrunners." + ScriptRunner.GROUP);
    }

    public KubernetesClient client() {
        return client;
    }

    void startOperator() throws Exception {
        startOperator(Map.of());
    }

    void startOperator(Map<String, String> more) throws Exception {
        Properties settings = new Properties();
        settings.putAll(more);
        settings.setProperty("scriptrunner.port", "0");
        settings.setProperty("scriptrunner.privilegedModes", "true");
        operator = Operator.start(config(), settings);
    }

    /** Where the operator serves its health. */
    URI operator() {
        return URI.create("http://127.0.0.1:" + operator.port());
    }

    /** Where its console is. */
    URI console() {
        return operator.console().orElseThrow();
    }

    void stopOperator() {
        operator.close();
        operator = null;
    }

    private KubernetesClient newClient() {
        return new KubernetesClientBuilder().withConfig(config()).build();
    }

    private Config config() {
        return Config.fromKubeconfig(kubeconfig.toFile());
    }

    @Override
    public void close() throws IOException {
        nodes.close();
        if (operator != null) {
            stopOperator();
        }
        client.close();
        if (api != null) {
            api.close();
        }
        PrivateFiles.delete(directory);
    }
}
