package com.github.scriptrunner;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Properties;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;

/** The operator: its routes, on one cluster. */
public final class Operator implements AutoCloseable {
    private final Main main;
    private final KubernetesClient client;

    private Operator(Config cluster, Properties settings) {
        OperatorConfiguration configuration = new OperatorConfiguration();
        client = configuration.client(cluster);
        main = new Main();
        main.bind("kubernetesClient", client);
        // given the class, Camel makes each of its beans twice
        main.configure().addConfiguration(configuration);
        main.setOverrideProperties(settings);
    }

    /** Runs until the process is told to end. */
    public static void main(String[] args) throws Exception {
        int exitCode;
        try (Operator operator = new Operator(Config.autoConfigure(null), new Properties())) {
            exitCode = operator.main.run(args);
        }
        System.exit(exitCode);
    }

    /**
     * Starts the routes within this process.
     *
     * @param settings by the names of {@code application.properties}
     */
    public static Operator start(Config cluster, Properties settings) throws Exception {
        Operator operator = new Operator(cluster, settings);
        // whoever starts it here ends it, in an order of its own with other things of this process
        operator.main.setShutdownStrategy(new SimpleMainShutdownStrategy());
        operator.main.start();
        return operator;
    }

    /** Where health and metrics are served. */
    public int port() {
        return main.getCamelContext().hasService(ObservabilityServer.class).port();
    }

    @Override
    public void close() {
        main.stop();
        client.close();
    }
}
