package com.github.scriptrunner;

import com.github.scriptrunner.camel.routes.RoutesRefused;
import com.github.scriptrunner.console.Console;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.net.URI;
import java.util.Optional;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Future;
import java.util.function.Consumer;
import org.apache.camel.component.properties.PropertiesComponent;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.Main;
import org.apache.camel.main.MainListenerSupport;
import org.apache.camel.main.SimpleMainShutdownStrategy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;

/** The operator: its routes, on one cluster. */
public final class Operator implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Operator.class);

    private final Main main;
    private final CompletableFuture<KubernetesClient> client;

    private Operator(Config cluster, Properties settings) {
        OperatorConfiguration configuration = new OperatorConfiguration();
        client = CompletableFuture.supplyAsync(() -> configuration.client(cluster));
        main = new Main();
        // given the class, Camel makes each of its beans twice
        main.configure().addConfiguration(configuration);
        main.setOverrideProperties(settings);
        main.addMainListener(new GivenSettings());
        main.addMainListener(new RouteDirectory(settings));
        main.addMainListener(new Client());
    }

    /** They win over environment variables, which Camel would look at first. */
    private static final class GivenSettings extends MainListenerSupport {
        @Override
        public void beforeInitialize(BaseMainSupport main) {
            PropertiesComponent properties =
                    (PropertiesComponent) main.getCamelContext().getPropertiesComponent();
            properties.setEnvironmentVariableMode(PropertiesComponent.ENVIRONMENT_VARIABLES_MODE_FALLBACK);
        }
    }

    /** Making it and its first request take longest; Camel reads the routes meanwhile. */
    private final class Client extends MainListenerSupport {
        @Override
        public void beforeInitialize(BaseMainSupport main) {
            main.getCamelContext().getRegistry().bind("kubernetesClient", KubernetesClient.class, client::join);
        }

        @Override
        public void afterConfigure(BaseMainSupport main) {
            if (main.getCamelContext().isAutoStartup()) {
                // when it fails, the informers ask again, and say why
                Future<?> unused = client.thenAcceptAsync(KubernetesClient::getKubernetesVersion);
            }
        }
    }

    /** The command line: see {@link OperatorCommand}. */
    public static void main(String[] args) {
        // most starts have no arguments, and need not wait for what would read them
        System.exit(args.length == 0 ? run(System.err::println) : new CommandLine(new OperatorCommand()).execute(args));
    }

    /** Runs until the process is told to end; 2 when it could not start. */
    static int run(Consumer<String> err) {
        try (Operator operator = new Operator(Config.autoConfigure(null), new Properties())) {
            return operator.main.run(new String[0]);
        } catch (RoutesRefused e) {
            err.accept(e.getMessage());
        } catch (Exception e) {
            LOG.error("The operator cannot start: {}", told(e).getMessage());
            LOG.debug("The operator cannot start", e);
        }
        return 2;
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

    /** Where the console is; absent where it is off. */
    public Optional<URI> console() {
        return Optional.ofNullable(main.getCamelContext().hasService(Console.class))
                .map(Console::address);
    }

    @Override
    public void close() {
        main.stop();
        client.join().close();
    }
}
