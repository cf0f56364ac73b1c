package com.github.scriptrunner.chaos;

import com.github.scriptrunner.playground.apiserver.LoopbackServer;
import com.sun.net.httpserver.HttpExchange;
import io.fabric8.kubernetes.api.model.StatusBuilder;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentNavigableMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A Kubernetes API on a bad day: stands before a good one, and answers some requests badly.
 *
 * <p>Not made of a library: those that make HTTP answers up or pass them on (WireMock, MockServer) hold an answer until it is whole, so that
 * no watch goes through, and those that spoil connections (Toxiproxy) know nothing of lists and events.
 */
final class FaultyApi implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(FaultyApi.class);
    private static final Duration SILENCE = Duration.ofSeconds(30);

    /** How old an old list is, at least. */
    private static final Duration OLD = Duration.ofSeconds(10);

    private static final Duration BETWEEN_LISTS = Duration.ofSeconds(5);
    private static final int LONGEST_DELAY_OF_AN_EVENT = 3_000;
    private static final int LIFE = 20_000;
    private static final int SHORT_LIFE = 2_000;

    /** Those of one kind that are open. */
    private static final class Watches {
        private final Set<InputStream> open = new HashSet<>();
        private Instant lastOpen = Instant.now();

        synchronized void opened(InputStream in) {
            open.add(in);
        }

        synchronized void closed(InputStream in) {
            open.remove(in);
            lastOpen = Instant.now();
        }

        synchronized void end() {
            open.forEach(FaultyApi::end);
        }

        synchronized Duration missingFor() {
            return open.isEmpty() ? Duration.between(lastOpen, Instant.now()) : Duration.ZERO;
        }
    }

    private final LoopbackServer server;
    private final KubernetesClient upstream;
    private final String url;
    private final Random random;
    private final Path log;
    private final ScheduledExecutorService timer = Executors.newSingleThreadScheduledExecutor();
    /** By the path and query of the list. */
    private final Map<String, ConcurrentNavigableMap<Instant, byte[]>> lists = new ConcurrentHashMap<>();

    /** By plural. */
    private final Map<String, Watches> watches = new ConcurrentHashMap<>();

    private final Set<String> refused = ConcurrentHashMap.newKeySet();
    private volatile boolean faulty;

    private FaultyApi(LoopbackServer server, KubernetesClient upstream, Random random, Path log) {
        this.server = server;
        this.upstream = upstream;
        this.url = upstream.getMasterUrl().toString().replaceAll("/$", "");
        this.random = random;
        this.log = log;
    }

    /**
     * One that has no faults yet.
     *
     * @param directory gets its kubeconfig
     * @param kubeconfig of the API behind it
     * @param log gets a line for each fault
     */
    static FaultyApi start(Path directory, Path kubeconfig, Random random, Path log) throws IOException {
        Config config = Config.fromKubeconfig(kubeconfig.toFile());
        config.setRequestRetryBackoffLimit(0);
        // by HTTP/2 what is unread when a watch is closed is lost to all that share its connection, until nothing comes
        // through it
        config.setHttp2Disable(true);
        KubernetesClient upstream =
                new KubernetesClientBuilder().withConfig(config).build();
        FaultyApi api = new FaultyApi(LoopbackServer.create(directory), upstream, random, log);
        api.server.serve(api::handle);
        var unused = api.timer.scheduleWithFixedDelay(
                api::rememberLists, 0, BETWEEN_LISTS.toMillis(), TimeUnit.MILLISECONDS);
        return api;
    }

    Path kubeconfig() {
        return server.kubeconfig();
    }

    /** From now on, or no more. */
    void setFaulty(boolean faulty) {
        this.faulty = faulty;
        watches.values().forEach(Watches::end);
    }

    /** Watches of this kind get a 403, and those that are open end, until they are allowed. */
    void refuseWatches(String plural) {
        refused.add(plural);
        watches(plural).end();
    }

    /** For how long there has been no watch of this kind. */
    Duration withoutWatch(String plural) {
        return watches(plural).missingFor();
    }

    void allowWatches() {
        refused.clear();
    }

    /** An exception of a handler, and nothing else, makes the server close a connection in the middle of an answer. */
    private void handle(HttpExchange exchange) throws IOException {
        if (!server.isAuthorized(exchange)) {
            refuse(exchange, 401, "Unauthorized");
            return;
        }
        Call call = Call.of(exchange);
        if (exchange.getRequestHeaders().containsKey("Upgrade")) {
            // the client watches over plain HTTP then
            exchange.getResponseHeaders().set("Connection", "close");
            exchange.sendResponseHeaders(200, -1);
            exchange.close();
            return;
        }
        try {
            answer(exchange, call);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException e) {
            LOG.info("{}", call.uri(), e);
            throw new IOException(e);
        }
    }

    private void answer(HttpExchange exchange, Call call) throws IOException, InterruptedException, ExecutionException {
        if (call.isWatch() && refused.contains(call.plural())) {
            refuse(exchange, 403, "Forbidden");
            return;
        }
        Fault fault;
        boolean done;
        synchronized (random) {
            fault = faulty ? Fault.draw(call, random) : null;
            done = random.nextBoolean();
        }
        if (fault == null) {
            pass(exchange, call, null);
            return;
        }
        note(fault, call);
        if (call.isWrite() && done && (fault == Fault.INTERNAL_ERROR || fault == Fault.SILENCE)) {
            // that an answer is bad does not say that nothing was done
            send(call).body().close();
        }
        switch (fault) {
            case GONE -> refuse(exchange, 410, "Expired");
            case INTERNAL_ERROR -> refuse(exchange, 500, "InternalError");
            case TOO_MANY_REQUESTS -> {
                exchange.getResponseHeaders().set("Retry-After", "1");
                refuse(exchange, 429, "TooManyRequests");
            }
            case FORBIDDEN -> refuse(exchange, 403, "Forbidden");
            case CONFLICT -> refuse(exchange, 409, "Conflict");
            case SILENCE -> {
                Thread.sleep(SILENCE.toMillis());
                throw new IOException("nothing was said");
            }
            case OLD_LIST -> sendOldList(exchange, call);
            case HALF_A_RESPONSE, CLOSED_WATCH, EVENTS_TWICE, LATE_EVENTS -> pass(exchange, call, fault);
        }
    }

    private synchronized void note(Fault fault, Call call) throws IOException {
        String line = "%s %s %s %s %s%n"
                .formatted(
                        Instant.now(), fault, call.method(), call.uri(), Objects.requireNonNullElse(call.body(), ""));
        Files.writeString(log, line, StandardOpenOption.APPEND);
    }

    private static void refuse(HttpExchange exchange, int code, String reason) throws IOException {
        String status = Serialization.asJson(new StatusBuilder()
                .withStatus("Failure")
                .withCode(code)
                .withReason(reason)
                .withMessage("the API has a bad day: " + reason)
                .build());
        send(exchange, code, status.getBytes(StandardCharsets.UTF_8));
    }

    private static void send(HttpExchange exchange, int code, byte[] body) throws IOException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, body.length);
        exchange.getResponseBody().write(body);
        exchange.close();
    }

    private HttpResponse<InputStream> send(Call call) throws InterruptedException, ExecutionException {
        // the client sends a GET where there is no body
        HttpRequest request = upstream.getHttpClient()
                .newHttpRequestBuilder()
                .uri(url + call.uri())
                .method(call.method(), call.contentType(), call.body())
                .header("Accept", call.accept().isEmpty() ? "application/json" : call.accept())
                .build();
        return upstream.getHttpClient().sendAsync(request, InputStream.class).get();
    }

    private void pass(HttpExchange exchange, Call call, Fault fault)
            throws IOException, InterruptedException, ExecutionException {
        HttpResponse<InputStream> response = send(call);
        try (InputStream in = response.body()) {
            if (call.isWatch() && response.isSuccessful()) {
                passEvents(exchange, call, in, fault);
                return;
            }
            byte[] body = in.readAllBytes();
            if (fault == Fault.HALF_A_RESPONSE) {
                exchange.getResponseHeaders().set("Content-Type", "application/json");
                exchange.sendResponseHeaders(response.code(), body.length + 1);
                exchange.getResponseBody().write(body, 0, body.length / 2);
                exchange.getResponseBody().flush();
                throw new IOException("half a response");
            }
            if (call.isList() && response.isSuccessful()) {
                lists.computeIfAbsent(call.uri().toString(), uri -> new ConcurrentSkipListMap<>());
            }
            send(exchange, response.code(), body);
        }
    }

    private void passEvents(HttpExchange exchange, Call call, InputStream in, Fault fault)
            throws IOException, InterruptedException {
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(200, 0);
        OutputStream out = exchange.getResponseBody();
        // without WebSockets a client takes a watch for open once it has said something
        out.write(call.bookmark());
        out.flush();
        Watches ofThisKind = watches(call.plural());
        ofThisKind.opened(in);
        if (faulty) {
            // each gets another fault soon
            int longest = fault == Fault.CLOSED_WATCH ? SHORT_LIFE : LIFE;
            var unused = timer.schedule(() -> end(in), below(longest), TimeUnit.MILLISECONDS);
        }
        try {
            BufferedReader events = new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8));
            for (String event = events.readLine(); event != null; event = events.readLine()) {
                passEvent(out, (event + "\n").getBytes(StandardCharsets.UTF_8), fault);
            }
        } finally {
            ofThisKind.closed(in);
        }
        exchange.close();
    }

    private void passEvent(OutputStream out, byte[] event, Fault fault) throws IOException, InterruptedException {
        if (fault == Fault.LATE_EVENTS) {
            Thread.sleep(below(LONGEST_DELAY_OF_AN_EVENT));
        }
        if (fault == Fault.HALF_A_RESPONSE) {
            out.write(event, 0, event.length / 2);
            out.flush();
            throw new IOException("half an event");
        }
        out.write(event);
        if (fault == Fault.EVENTS_TWICE) {
            out.write(event);
        }
        out.flush();
    }

    private Watches watches(String plural) {
        return watches.computeIfAbsent(plural, kind -> new Watches());
    }

    private static void end(InputStream in) {
        try {
            in.close();
        } catch (IOException e) {
            LOG.info("a watch does not end well", e);
        }
    }

    private int below(int bound) {
        synchronized (random) {
            return random.nextInt(bound);
        }
    }

    /** What an informer asked for once is asked for again and again, so that there is an old answer. */
    private void rememberLists() {
        lists.forEach((uri, listed) -> {
            try (InputStream in =
                    send(new Call("GET", URI.create(uri), "", "", null)).body()) {
                listed.put(Instant.now(), in.readAllBytes());
                listed.headMap(Instant.now().minus(OLD.multipliedBy(3))).clear();
            } catch (IOException | ExecutionException e) {
                LOG.info("{}", uri, e);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
    }

    private void sendOldList(HttpExchange exchange, Call call)
            throws IOException, InterruptedException, ExecutionException {
        Map.Entry<Instant, byte[]> old = lists.getOrDefault(call.uri().toString(), new ConcurrentSkipListMap<>())
                .floorEntry(Instant.now().minus(OLD));
        if (old == null) {
            pass(exchange, call, null);
        } else {
            send(exchange, 200, old.getValue());
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        server.close();
        upstream.close();
    }
}
