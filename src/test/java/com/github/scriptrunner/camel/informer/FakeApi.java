package com.github.scriptrunner.camel.informer;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** One kind of an API server as far as an informer can tell: list, watch over plain HTTP, and what goes wrong with them. */
final class FakeApi implements AutoCloseable {
    /** Answers for {@link #nextLists} and {@link #nextWatches} beside a status code. */
    static final int HANG = 0;

    static final int STOP_HALFWAY = -1;

    /** How the next requests are answered; once empty: well. */
    final BlockingQueue<Integer> nextLists = new LinkedBlockingQueue<>();

    final BlockingQueue<Integer> nextWatches = new LinkedBlockingQueue<>();

    /** Path and query of what was asked for. */
    final List<String> lists = new CopyOnWriteArrayList<>();

    final List<String> watches = new CopyOnWriteArrayList<>();

    private static final Pattern SINCE = Pattern.compile("resourceVersion=(\\d+)");

    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final String apiVersion;
    private final String kind;
    private final Map<String, Integer> objects = new TreeMap<>();
    /** The lines of all watches; a watch from version N begins with line N. */
    private final List<String> lines = new ArrayList<>();

    private int openWatches;
    private int endedBefore;
    private int mutedBefore;
    private int watchIds;
    private boolean closed;

    FakeApi() {
        this("v1", "Pod", 0);
    }

    /** @param port 0: any that is free */
    FakeApi(String apiVersion, String kind, int port) {
        this.apiVersion = apiVersion;
        this.kind = kind;
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
    }

    int port() {
        return server.getAddress().getPort();
    }

    KubernetesClient client() {
        return client(port());
    }

    /** A client that loses no time. */
    static KubernetesClient client(int port) {
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + port)
                        .withWatchReconnectInterval(5)
                        .withRequestTimeout(500)
                        .build())
                .build();
    }

    synchronized void put(String name) {
        String action = objects.put(name, lines.size() + 1) == null ? "ADDED" : "MODIFIED";
        tell(action, name, lines.size() + 1);
    }

    synchronized void delete(String name) {
        objects.remove(name);
        tell("DELETED", name, lines.size() + 1);
    }

    synchronized void bookmark() {
        tell("BOOKMARK", "", lines.size() + 1);
    }

    /** Ends all watches; they may be opened again. */
    synchronized void endWatches() {
        endedBefore = watchIds;
        notifyAll();
    }

    /** Changes that no watch tells of, followed by 410 Gone in each. */
    synchronized void expireWatches(Runnable changesUnseen) {
        mutedBefore = watchIds;
        changesUnseen.run();
        endWatches();
    }

    /** The watches stay open, but nothing comes any more: as when the other end has vanished. */
    synchronized void muteWatches() {
        mutedBefore = watchIds;
    }

    synchronized int openWatches() {
        return openWatches;
    }

    @Override
    public void close() {
        synchronized (this) {
            closed = true;
            notifyAll();
        }
        server.stop(0);
        threads.shutdownNow();
    }

    private void tell(String action, String name, int version) {
        lines.add("{\"type\":\"%s\",\"object\":%s}\n".formatted(action, object(name, version)));
        notifyAll();
    }

    private String object(String name, int version) {
        return """
                {"apiVersion":"%s","kind":"%s","metadata":{"namespace":"ops","name":"%s","resourceVersion":"%d"}}""".formatted(apiVersion, kind, name, version);
    }

    private void answer(HttpExchange exchange) throws IOException {
        String query = exchange.getRequestURI().getQuery();
        try (exchange) {
            if ("websocket".equalsIgnoreCase(exchange.getRequestHeaders().getFirst("Upgrade"))) {
                // no WebSocket here: fabric8 then watches over HTTP
                exchange.sendResponseHeaders(200, -1);
            } else if (query.contains("watch=true")) {
                watches.add(exchange.getRequestURI().toString());
                answer(exchange, nextWatches.poll(), out -> watch(out, query));
            } else {
                lists.add(exchange.getRequestURI().toString());
                answer(exchange, nextLists.poll(), out -> out.write(list().getBytes(UTF_8)));
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private interface Body {
        void write(OutputStream out) throws IOException, InterruptedException;
    }

    private void answer(HttpExchange exchange, Integer otherwise, Body body) throws IOException, InterruptedException {
        if (otherwise == null) {
            exchange.sendResponseHeaders(200, 0);
            body.write(exchange.getResponseBody());
        } else if (otherwise == HANG) {
            untilClosed();
        } else if (otherwise == STOP_HALFWAY) {
            exchange.sendResponseHeaders(200, 0);
            exchange.getResponseBody().write("{\"kind\":".getBytes(UTF_8));
            exchange.getResponseBody().flush();
            untilClosed();
        } else {
            byte[] status = "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"code\":%d,\"message\":\"the test says %d\"}"
                    .formatted(otherwise, otherwise)
                    .getBytes(UTF_8);
            exchange.sendResponseHeaders(otherwise, status.length);
            exchange.getResponseBody().write(status);
        }
    }

    private synchronized void untilClosed() throws InterruptedException {
        while (!closed) {
            wait();
        }
    }

    private synchronized String list() {
        return """
                {"apiVersion":"%s","kind":"%sList","metadata":{"resourceVersion":"%d"},"items":[%s]}""".formatted(
                        apiVersion,
                        kind,
                        lines.size(),
                        objects.entrySet().stream()
                                .map(one -> object(one.getKey(), one.getValue()))
                                .collect(Collectors.joining(",")));
    }

    private synchronized void watch(OutputStream out, String query) throws IOException, InterruptedException {
        int id = ++watchIds;
        Matcher since = SINCE.matcher(query);
        int next = since.find() ? Integer.parseInt(since.group(1)) : 0;
        openWatches++;
        try {
            out.flush(); // the headers
            while (!closed && id > endedBefore) {
                if (id > mutedBefore) {
                    for (; next < lines.size(); next++) {
                        out.write(lines.get(next).getBytes(UTF_8));
                    }
                    out.flush();
                }
                wait();
            }
            if (id <= mutedBefore) {
                out.write("{\"type\":\"ERROR\",\"object\":{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"code\":410}}\n"
                        .getBytes(UTF_8));
            }
        } finally {
            openWatches--;
        }
    }
}
