package com.github.scriptrunner.behaviour;

import com.sun.net.httpserver.Filter;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.function.Predicate;

/** Stands before an API server: notes what is asked for, and turns away what a test tells it to. */
final class Doorkeeper extends Filter {
    /** In place of a status: the connection is closed without an answer, as by a server that is gone. */
    static final int GONE = 0;

    /** In place of a status: no answer until {@link #letIn}. */
    static final int HANG = -1;

    private record Order(Predicate<String> requests, int answer, CountDownLatch over) {}

    private static final Order NONE = new Order(request -> false, GONE, new CountDownLatch(0));

    private final Map<HttpExchange, String> underWay = new ConcurrentHashMap<>();
    private final List<String> requests = new CopyOnWriteArrayList<>();
    private volatile Order order = NONE;

    /**
     * Answers so from now on, and cuts off what is under way.
     *
     * @param meant is given {@code METHOD PATH?QUERY}
     */
    void turnAway(Predicate<String> meant, int answer) {
        order = new Order(meant, answer, new CountDownLatch(1));
        underWay.forEach((exchange, request) -> {
            if (meant.test(request)) {
                exchange.close();
            }
        });
    }

    void letIn() {
        Order before = order;
        order = NONE;
        before.over().countDown();
    }

    /** {@code METHOD PATH?QUERY} of each request since {@link #forget}. */
    List<String> requests() {
        return List.copyOf(requests);
    }

    void forget() {
        requests.clear();
    }

    @Override
    public String description() {
        return "turns requests away";
    }

    @Override
    public void doFilter(HttpExchange exchange, Chain chain) throws IOException {
        String request = exchange.getRequestMethod() + " " + exchange.getRequestURI();
        requests.add(request);
        underWay.put(exchange, request);
        try {
            Order now = order;
            if (!now.requests().test(request)) {
                chain.doFilter(exchange);
            } else if (now.answer() == HANG) {
                now.over().await();
                exchange.close();
            } else if (now.answer() == GONE) {
                exchange.close();
            } else {
                refuse(exchange, now.answer());
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } finally {
            underWay.remove(exchange);
        }
    }

    private static void refuse(HttpExchange exchange, int code) throws IOException {
        byte[] status =
                "{\"kind\":\"Status\",\"apiVersion\":\"v1\",\"status\":\"Failure\",\"code\":%d,\"message\":\"you may not\"}"
                        .formatted(code)
                        .getBytes(StandardCharsets.UTF_8);
        exchange.getResponseHeaders().set("Content-Type", "application/json");
        exchange.sendResponseHeaders(code, status.length);
        exchange.getResponseBody().write(status);
        exchange.close();
    }
}
