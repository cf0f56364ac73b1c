package com.github.scriptrunner.playground.apiserver;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
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

/** HTTPS on a free port of the loopback address, for whoever holds the kubeconfig that it writes. */
public final class LoopbackServer implements AutoCloseable {
    private final HttpsServer server;
    private final ExecutorService threads;
    private final String certificate;
    private final byte[] authorization;
    private final Path kubeconfig;

    private LoopbackServer(
            HttpsServer server, ExecutorService threads, String certificate, byte[] authorization, Path kubeconfig) {
        this.server = server;
        this.threads = threads;
        this.certificate = certificate;
        this.authorization = authorization;
        this.kubeconfig = kubeconfig;
    }

    /**
     * A server that does not answer yet.
     *
     * @param directory gets the file {@code kubeconfig}, which only the user of this process may read
     */
    public static LoopbackServer create(Path directory) throws IOException {
        // otherwise small answers wait 40 ms, and clients meet connections that have just been closed
        System.setProperty("sun.net.httpserver.nodelay", "true");
        System.setProperty("sun.net.httpserver.idleInterval", "86400");
        Files.createDirectories(directory);
        String token = secret();
        Certificate certificate = Certificate.create(directory, secret());
        HttpsServer server = HttpsServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 256);
        server.setHttpsConfigurator(new HttpsConfigurator(certificate.context()));
        ExecutorService threads = Executors.newCachedThreadPool(task -> {
            Thread daemon = new Thread(task, "api-server");
            daemon.setDaemon(true);
            return daemon;
        });
        server.setExecutor(threads);
        return new LoopbackServer(
                server,
                threads,
                certificate.pem(),
                ("Bearer " + token).getBytes(StandardCharsets.UTF_8),
                writeKubeconfig(directory, url(server), certificate.pem(), token));
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

    /**
     * Begins to answer.
     *
     * @param filters see each request first, and may keep it from being answered
     */
    public void serve(HttpHandler handler, Filter... filters) {
        server.createContext("/", handler).getFilters().addAll(List.of(filters));
        server.start();
    }

    /** Whether the request has the token of the kubeconfig. */
    public boolean isAuthorized(HttpExchange exchange) {
        String given = String.valueOf(exchange.getRequestHeaders().getFirst("Authorization"));
        return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), authorization);
    }

    String certificate() {
        return certificate;
    }

    public Path kubeconfig() {
        return kubeconfig;
    }

    /** Where it listens: {@code https://127.0.0.1:PORT}. */
    String url() {
        return url(server);
    }

    private static String url(HttpsServer server) {
        return "https://127.0.0.1:" + server.getAddress().getPort();
    }

    @Override
    public void close() {
        server.stop(0);
        threads.shutdownNow();
    }
}
