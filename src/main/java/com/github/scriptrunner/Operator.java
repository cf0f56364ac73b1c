package com.github.scriptrunner;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.Properties;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/** The operator: its routes, on one cluster. */
public final class Operator implements AutoCloseable {
    private final Main main;

    private Operator(Main main) {
        this.main = main;
    }

    /** Runs until the process is told to end. */
    public static void main(String[] args) throws Exception {
        int exitCode;
        try (KubernetesClient client = new KubernetesClientBuilder().build()) {
            exitCode = configured(client, new Properties()).run(args);
        }
        System.exit(exitCode);
    }

    /**
     * Starts the routes within this process.
     *
     * @param settings by the names of {@code application.properties}
     */
    public static Operator start(KubernetesClient client, Properties settings) throws Exception {
        Main main = configured(client, settings);
        // whoever starts it here ends it, in an order of its own with other things of this process
        main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        main.start();
        return new Operator(main);
    }

    /** Where health and metrics are served. */
    public int port() {
        return main.getCamelContext().hasService(ObservabilityServer.class).port();
    }

    @Override
    public void close() {
        main.stop();
    }

    private static Main configured(KubernetesClient client, Properties settings) {
        Main main = new Main();
        main.bind("kubernetesClient", client);
        // given the class, Camel makes each of its beans twice
        main.configure().addConfiguration(new OperatorConfiguration());
        main.setOverrideProperties(settings);
        return main;
    }
}
