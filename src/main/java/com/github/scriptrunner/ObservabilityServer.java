package com.github.scriptrunner;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.scriptrunner.http.Answers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.Collection;
import java.util.concurrent.ExecutorService;
import org.apache.camel.CamelContext;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.support.service.ServiceSupport;

/**
 * Serves health and metrics at the paths of Camel's own management server, by the JDK's HTTP server: Camel's needs Vert.x and
 * Netty, 14 MiB more in memory.
 */
final class ObservabilityServer extends ServiceSupport {
    private static final ObjectMapper JSON = new ObjectMapper();

    private final CamelContext context;
    private final PrometheusMeterRegistry metrics;
    private final int wantedPort;
    private HttpServer server;
    private ExecutorService threads;

    /**
     * A server that is not listening yet.
     *
     * @param wantedPort 0: any that is free
     */
    ObservabilityServer(CamelContext context, PrometheusMeterRegistry metrics, int wantedPort) {
        this.context = context;
        this.metrics = metrics;
        this.wantedPort = wantedPort;
    }

    int port() {
        return server.getAddress().getPort();
    }

    @Override
    protected void doStart() throws Exception {
        try {
            server = HttpServer.create(new InetSocketAddress(wantedPort), 0);
        } catch (IOException e) {
            throw new IOException(
                    "Port %d for health and metrics cannot be used: %s. Set SCRIPTRUNNER_PORT to another."
                            .formatted(wantedPort, e.getMessage()),
                    e);
        }
        threads = context.getExecutorServiceManager().newFixedThreadPool(this, "observability", 2);
        server.setExecutor(threads);
        server.createContext(
                "/observe/health/live", exchange -> answer(exchange, HealthCheckHelper.invokeLiveness(context)));
        server.createContext(
                "/observe/health/ready", exchange -> answer(exchange, HealthCheckHelper.invokeReadiness(context)));
        server.createContext("/observe/health", exchange -> answer(exchange, HealthCheckHelper.invoke(context)));
        server.createContext(
                "/observe/metrics",
                exchange -> Answers.send(exchange, 200, "text/plain; version=0.0.4; charset=utf-8", metrics.scrape()));
        server.start();
    }

    @Override
    protected void doStop() {
        // absent where it could not start
        if (server != null) {
            server.stop(0);
            context.getExecutorServiceManager().shutdownNow(threads);
        }
    }

    private static void answer(HttpExchange exchange, Collection<HealthCheck.Result> results) throws IOException {
        boolean up = HealthCheckHelper.isResultsUp(results, true);
        ObjectNode body = JSON.createObjectNode().put("status", up ? "UP" : "DOWN");
        for (HealthCheck.Result result : results) {
            ObjectNode check = body.withArray("checks")
                    .addObject()
                    .put("name", result.getCheck().getId())
                    .put("status", result.getState().name());
            result.getMessage().ifPresent(message -> check.put("message", message));
            result.getDetails()
                    .forEach((name, value) -> check.withObject("data").put(name, String.valueOf(value)));
        }
        Answers.json(exchange, up ? 200 : 503, body.toString());
    }
}
