package com.github.scriptrunner.routes;

import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/** An API server that keeps nothing: it notes what it was asked and agrees, unless a test has it refuse. */
final class RecordingApi implements AutoCloseable {
    record Request(String line, String body) {}

    private record Refusal(int code, String reason, String message) {}

    private final List<Request> requests = new CopyOnWriteArrayList<>();
    private final Map<String, Refusal> refusals = new ConcurrentHashMap<>();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final HttpServer server;
    private final KubernetesClient client;

    RecordingApi() {
        try {
            server = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        server.setExecutor(threads);
        server.createContext("/", this::answer);
        server.start();
        client = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(Config.empty())
                        .withMasterUrl("http://127.0.0.1:" + server.getAddress().getPort())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .build();
    }

    KubernetesClient client() {
        return client;
    }

    /** Requests whose line or body has this text are answered so from now on. */
    void refuse(String text, int code, String reason, String message) {
        refusals.put(text, new Refusal(code, reason, message));
    }

    /** Method and path of each request, in order. */
    List<String> lines() {
        return requests.stream().map(Request::line).toList();
    }

    List<Request> requests() {
        return List.copyOf(requests);
    }

    void reset() {
        requests.clear();
        refusals.clear();
    }

    @Override
    public void close() {
        client.close();
        server.stop(0);
        threads.shutdownNow();
    }

    private void answer(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        Request request = new Request(
                exchange.getRequestMethod() + " " + exchange.getRequestURI().getPath(), body);
        requests.add(request);
        Refusal refusal = refusals.entrySet().stream()
                .filter(entry -> request.line().contains(entry.getKey())
                        || request.body().contains(entry.getKey()))
                .map(Map.Entry::getValue)
                .findFirst()
                .orElse(null);
        byte[] answer = (refusal != null
                        ? "{'kind':'Status','apiVersion':'v1','status':'Failure','code':%d,'reason':'%s','message':'%s'}"
                                .formatted(refusal.code(), refusal.reason(), refusal.message())
                                .replace('\'', '"')
                        : request.line().startsWith("POST ") ? body : "{\"metadata\":{}}")
                .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(refusal == null ? 200 : refusal.code(), answer.length);
        exchange.getResponseBody().write(answer);
        exchange.close();
    }
}
