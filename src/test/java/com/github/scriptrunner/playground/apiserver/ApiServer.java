package com.github.scriptrunner.playground.apiserver;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** A Kubernetes API in memory, for whoever holds the kubeconfig that it writes. */
public final class ApiServer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(ApiServer.class);
    private static final int KEPT_EVENTS = 20_000;
    private static final long KEPT_BYTES = 32L << 20;
    private static final List<String> NAMESPACES = List.of("default", "kube-node-lease", "kube-public", "kube-system");

    private final HttpsServer server;
    private final ExecutorService threads;
    private final Controllers controllers;
    private final Path kubeconfig;

    private ApiServer(HttpsServer server, ExecutorService threads, Controllers controllers, Path kubeconfig) {
        this.server = server;
        this.threads = threads;
        this.controllers = controllers;
        this.kubeconfig = kubeconfig;
    }

    /**
     * Listens on a free port of the loopback address.
     *
     * @param directory gets the file {@code kubeconfig}, which only the user of this process may read
     * @param logs where {@code kubectl logs} reads from
     * @param filters see each request first, and may keep it from being answered
     */
    public static ApiServer start(Path directory, ContainerLogs logs, Filter... filters) throws IOException {
        // otherwise small answers wait 40 ms, and clients meet connections that have just been closed
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.idleInterval", "86400");
        Files.createDirectories(directory);
        String token = secret();
        Certificate certificate = Certificate.create(directory, secret());

        Store store = new Store(KEPT_EVENTS, KEPT_BYTES);
        Kinds kinds = new Kinds();
        BuiltIns.kinds().forEach(kinds::register);
        Resources resources = new Resources(store, kinds);
        Controllers controllers = new Controllers(
                store,
                List.of(
                        new CustomResources(resources),
                        new Namespaces(resources, certificate.pem()),
                        new GarbageCollector(resources)));
        for (String name : NAMESPACES) {
            resources.create(
                    kinds.find("v1", "namespaces").orElseThrow(),
                    "",
                    Json.parse("{\"metadata\": {\"name\": \"%s\"}}".formatted(name)),
                    WriteOptions.INTERNAL);
        }
        controllers.await();

        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread daemon = new Thread(task, "api-server");
            daemon.setDaemon(true);
            return daemon;
        });
        server.setExecutor(threads);
        Router router = new Router(resources, logs);
        byte[] authorization = ("Bearer " + token).getBytes(StandardCharsets.UTF_8);
        server.createContext("/", exchange -> handle(exchange, router, authorization))
                .getFilters()
                .addAll(List.of(filters));
        server.start();
        Path kubeconfig = writeKubeconfig(directory, url(server), certificate.pem(), token);
        return new ApiServer(server, threads, controllers, kubeconfig);
    }

    private static String secret() {
        byte[] bytes = new byte[16];
        new SecureRandom().nextBytes(bytes);
        return HexFormat.of().formatHex(bytes);
    }

    private static Path writeKubeconfig(Path directory, String url, String certificate, String token)
            throws IOException {
        String text = """
                apiVersion: v1
                kind: Config
                clusters:
                - name: playground
                  cluster:
                    server: %s
                    certificate-authority-data: %s
                users:
                - name: playground
                  user:
                    token: %s
                contexts:
                - name: playground
                  context:
                    cluster: playground
                    user: playground
                    namespace: default
                current-context: playground
                """.formatted(
                url, Base64.getEncoder().encodeToString(certificate.getBytes(StandardCharsets.US_ASCII)), token);
        Path file = directory.resolve("kubeconfig");
        Files.deleteIfExists(file);
        Files.createFile(file, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        return Files.writeString(file, text, StandardOpenOption.WRITE);
    }

    private static void handle(HttpExchange exchange, Router router, byte[] authorization) {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        try (exchange) {
            try {
                answer(exchange, router, authorization).send(exchange);
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

    private static Answer answer(HttpExchange exchange, Router router, byte[] authorization) throws IOException {
        String given = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        if (!MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), authorization)) {
            throw ApiError.of(401, "Unauthorized", "Unauthorized");
        }
        return router.answer(Request.of(exchange));
    }

    /** The file that tells kubectl and client libraries where the server is, and its token. */
    public Path kubeconfig() {
        return kubeconfig;
    }

    /** {@code https://127.0.0.1:PORT}. */
    public String url() {
        return url(server);
    }

    private static String url(HttpsServer server) {
        return "https://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
        controllers.close();
    }
}
