package com.github.scriptrunner;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.Properties;
import org.apache.camel.main.Main;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The operator: its routes, on one cluster. */
public final class Operator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Operator.class);

    private final Main main;

    private Operator(Main main) {
        this.main = main;
    }

    /** Runs until the process is told to end; 2 when it could not start. */
    public static void main(String[] args) {
        int exitCode;
        try (KubernetesClient client = new KubernetesClientBuilder().build()) {
            exitCode = configured(client, new Properties()).run(args);
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
