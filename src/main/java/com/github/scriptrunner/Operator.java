package com.github.scriptrunner;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Properties;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator: its routes, on one cluster. */
public final class Operator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Operator.class);

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

    /** Runs until the process is told to end; 2 when it could not start. */
    public static void main(String[] args) {
        int exitCode;
        try (Operator operator = new Operator(Config.autoConfigure(null), new Properties())) {
            exitCode = operator.main.run(args);
        } catch (Exception e) {
            LOG.error("The operator cannot start: {}", told(e).getMessage());
            LOG.debug("The operator cannot start", e);
            exitCode = 2;
        }
        System.exit(exitCode);
    }

    /** Camel and reflection wrap what was thrown, without a word of their own. */
    private static Throwable told(Throwable failure) {
        Throwable cause = failure.getCause();
        boolean says = failure.getMessage() != null
                && (cause == null || !failure.getMessage().equals(cause.toString()));
        return says || cause == null ? failure : told(cause);
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
