package com.github.scriptrunner.console;

import com.github.scriptrunner.http.Answers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import com.sun.net.httpserver.HttpServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import javax.management.JMException;
import org.apache.camel.CamelContext;
import org.apache.camel.support.service.ServiceSupport;
import org.jolokia.core.api.LogHandler;
import org.jolokia.jvmagent.handler.JolokiaHttpHandler;
import org.jolokia.server.core.config.ConfigKey;
import org.jolokia.server.core.config.StaticConfiguration;
import org.jolokia.server.core.request.BadRequestException;
import org.jolokia.server.core.request.EmptyResponseException;
import org.jolokia.server.core.request.JolokiaRequest;
import org.jolokia.server.core.request.NotChangedException;
import org.jolokia.server.core.service.JolokiaServiceManagerFactory;
import org.jolokia.server.core.service.api.JolokiaServiceManager;
import org.jolokia.server.core.util.RequestType;
import org.jolokia.service.jmx.LocalRequestHandler;
import org.jolokia.service.serializer.JolokiaSerializer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Hawtio on a port of loopback, reached by {@code kubectl port-forward}.
 *
 * <p>Jolokia's own server is not used: it takes configuration at {@code /config} without asking for its password.
 */
public final class Console extends ServiceSupport {
    private static final Logger LOG = LoggerFactory.getLogger(Console.class);
    private static final String JOLOKIA = FrontEnd.ROOT + "jolokia";
    /** Hawtio's longest question is a tenth of it. */
    private static final int LONGEST_QUESTION = 256 * 1024;

    private final CamelContext context;
    private final ConsoleAccess access;
    private final int wantedPort;
    private final Gate gate;
    private HttpServer server;
    private ExecutorService threads;
    private JolokiaServiceManager jolokia;

    /**
     * A console that is not listening yet.
     *
     * @param wantedPort 0: any that is free
     * @param password of the user {@code admin}; empty: nobody is asked
     */
    public Console(CamelContext context, ConsoleAccess access, int wantedPort, String password) {
        this.context = context;
        this.access = access;
        this.wantedPort = wantedPort;
        this.gate = new Gate(password, System::nanoTime);
        // before there are MBeans
        context.getManagementStrategy().setManagementObjectNameStrategy(new ReadableNames());
    }

    public URI address() {
        return URI.create("http://127.0.0.1:%d%s".formatted(server.getAddress().getPort(), FrontEnd.ROOT));
    }

    @Override
    protected void doStart() throws Exception {
        HttpHandler questions = jolokia();
        try {
            server = HttpServer.create(
                    new InetSocketAddress(InetAddress.getByAddress(new byte[] {127, 0, 0, 1}), wantedPort), 0);
        } catch (IOException e) {
            throw new IOException(
                    "Port %d for the console cannot be used: %s. Set SCRIPTRUNNER_CONSOLE_PORT to another."
                            .formatted(wantedPort, e.getMessage()),
                    e);
        }
        threads = context.getExecutorServiceManager().newFixedThreadPool(this, "console", 2);
        server.setExecutor(threads);
        server.createContext("/", new FrontEnd()).getFilters().add(gate);
        server.createContext(JOLOKIA, exchange -> ask(questions, exchange))
                .getFilters()
                .add(gate);
        server.start();
        LOG.info("The console is at {}", address());
    }

    /** Its MBeans are those of this JVM: without its other services it connects to no other, and tells nobody that it is there. */
    private HttpHandler jolokia() throws IOException {
        jolokia = JolokiaServiceManagerFactory.createJolokiaServiceManager(
                new StaticConfiguration(Map.of(
                        ConfigKey.AGENT_CONTEXT.getKeyValue(),
                        JOLOKIA,
                        ConfigKey.AGENT_ID.getKeyValue(),
                        context.getName(),
                        ConfigKey.ALLOW_ERROR_DETAILS.getKeyValue(),
                        "false",
                        ConfigKey.DISABLE_DETECTORS.getKeyValue(),
                        "true")),
                new JolokiaLog(),
                access.policy());
        jolokia.addService(new JolokiaSerializer());
        jolokia.addService(new WithoutNotifications());
        return new JolokiaHttpHandler(jolokia.start());
    }

    /** A question is a POST to one path: what a link or an image can ask for is a GET. */
    private static void ask(HttpHandler questions, HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        if (!path.equals(JOLOKIA) && !path.equals(JOLOKIA + "/")) {
            Answers.refuse(exchange, 403, "Questions are put to " + JOLOKIA + " alone.");
        } else if (!exchange.getRequestMethod().equals("POST")) {
            // Hawtio looks for Jolokia by a GET, and takes this for a yes
            Answers.refuse(exchange, 403, "Questions are put by POST.");
        } else if (length(exchange) > LONGEST_QUESTION) {
            Answers.refuse(exchange, 413, "A question has a Content-Length of at most " + LONGEST_QUESTION + ".");
        } else {
            questions.handle(exchange);
        }
    }

    /** Of a body of unknown length the largest number. */
    private static long length(HttpExchange exchange) {
        String length = exchange.getRequestHeaders().getFirst("Content-Length");
        return length == null ? Long.MAX_VALUE : Long.parseLong(length);
    }

    @Override
    protected void doStop() {
        // absent where it could not start
        if (server != null) {
            server.stop(0);
            context.getExecutorServiceManager().shutdownNow(threads);
        }
        if (jolokia != null) {
            jolokia.stop();
        }
    }

    /** The policy is not asked about them, and each who registers would be remembered. */
    private static final class WithoutNotifications extends LocalRequestHandler {
        WithoutNotifications() {
            super(0);
        }

        @Override
        public <R extends JolokiaRequest> Object handleRequest(R request, Object previousResult)
                throws JMException, IOException, NotChangedException, BadRequestException, EmptyResponseException {
            if (request.getType() == RequestType.NOTIFICATION) {
                throw new SecurityException("Notifications are not sent");
            }
            return super.handleRequest(request, previousResult);
        }
    }

    private static final class JolokiaLog implements LogHandler {
        @Override
        public void debug(String message) {
            LOG.debug(message);
        }

        @Override
        public void info(String message) {
            LOG.debug(message);
        }

        @Override
        public void error(String message, Throwable cause) {
            LOG.warn(message, cause);
        }

        @Override
        public boolean isDebug() {
            return LOG.isDebugEnabled();
        }
    }
}
