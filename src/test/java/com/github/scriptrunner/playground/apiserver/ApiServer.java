package com.github.scriptrunner.playground.apiserver;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Kubernetes API in memory, for whoever holds the kubeconfig that it writes. */
public final class ApiServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final int KEPT_EVENTS = 20_000;
    private static final long KEPT_BYTES = 32L << 20;
    private static final List<String> NAMESPACES = List.of("default", "kube-node-lease", "kube-public", "kube-system");

    private final LoopbackServer server;
    private final Controllers controllers;

    private ApiServer(LoopbackServer server, Controllers controllers) {
        this.server = server;
        this.controllers = controllers;
    }

    /**
     * Listens on a free port of the loopback address.
     *
     * @param directory gets the file {@code kubeconfig}, which only the user of this process may read
     * @param logs where {@code kubectl logs} reads from
     * @param filters see each request first, and may keep it from being answered
     */
    public static ApiServer start(Path directory, ContainerLogs logs, Filter... filters) throws IOException {
        LoopbackServer server = LoopbackServer.create(directory);
        Store store = new Store(KEPT_EVENTS, KEPT_BYTES);
        Kinds kinds = new Kinds();
        BuiltIns.kinds().forEach(kinds::register);
        Resources resources = new Resources(store, kinds);
        Controllers controllers = new Controllers(
                store,
                List.of(
                        new CustomResources(resources),
                        new Namespaces(resources, server.certificate()),
                        new GarbageCollector(resources)));
        for (String name : NAMESPACES) {
            resources.create(
                    kinds.find("v1", "namespaces").orElseThrow(),
                    "",
                    Json.parse("{\"metadata\": {\"name\": \"%s\"}}".formatted(name)),
                    WriteOptions.INTERNAL);
        }
        controllers.await();

        Router router = new Router(resources, logs);
        server.serve(exchange -> handle(exchange, router, server), filters);
        return new ApiServer(server, controllers);
    }

    private static void handle(HttpExchange exchange, Router router, LoopbackServer server) {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        try (exchange) {
            try {
                answer(exchange, router, server).send(exchange);
            } catch (ApiError e) {
                Answer.json(e.code(), e.status()).send(exchange);
            } catch (RuntimeException e) {
                LOG.error("{}", request, e);
                ApiError error = ApiError.of(500, "InternalError", "Internal error occurred: " + e);
                Answer.json(500, error.status()).send(exchange);
            }
        } catch (IOException e) {
            LOG.debug("{}: the client has gone", request, e);
        }
    }

    private static Answer answer(HttpExchange exchange, Router router, LoopbackServer server) throws IOException {
        if (!server.isAuthorized(exchange)) {
            throw ApiError.of(401, "Unauthorized", "Unauthorized");
        }
        return router.answer(Request.of(exchange));
    }

    /** The file that tells kubectl and client libraries where the server is, and its token. */
    public Path kubeconfig() {
        return server.kubeconfig();
    }

    /** A client with that file; who asks for it closes it. */
    public KubernetesClient newClient() {
        return new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig().toFile()))
                .build();
    }

    /** {@code https://127.0.0.1:PORT}. */
    public String url() {
        return server.url();
    }

    @Override
    public void close() {
        server.close();
        controllers.close();
    }
}
