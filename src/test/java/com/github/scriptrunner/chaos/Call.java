package com.github.scriptrunner.chaos;

import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A request to a Kubernetes API, as far as faults differ by it.
 *
 * @param body null where there is none
 */
record Call(String method, URI uri, String contentType, String accept, String body) {
    private static final Map<String, String> KINDS = Map.of(
            "pods",
            "\"apiVersion\":\"v1\",\"kind\":\"Pod\"",
            "nodes",
            "\"apiVersion\":\"v1\",\"kind\":\"Node\"",
            "scriptrunners",
            "\"apiVersion\":\"scriptrunner.github.com/v1alpha1\",\"kind\":\"ScriptRunner\"");

    static Call of(HttpExchange exchange) throws IOException {
        return new Call(
                exchange.getRequestMethod(),
                exchange.getRequestURI(),
                header(exchange, "Content-Type"),
                header(exchange, "Accept"),
                body(exchange));
    }

    private static String body(HttpExchange exchange) throws IOException {
        String body = new String(exchange.getRequestBody().readAllBytes(), StandardCharsets.UTF_8);
        return body.isEmpty() && exchange.getRequestMethod().equals("GET") ? null : body;
    }

    private static String header(HttpExchange exchange, String name) {
        return Optional.ofNullable(exchange.getRequestHeaders().getFirst(name)).orElse("");
    }

    boolean isWatch() {
        return query().contains("watch=true");
    }

    /** Of all namespaces, as informers ask. */
    boolean isList() {
        return method.equals("GET") && !isWatch() && !uri.getPath().contains("/namespaces/");
    }

    boolean isWrite() {
        return !method.equals("GET");
    }

    /** Of a list or watch: such as {@code pods}. */
    String plural() {
        return uri.getPath().substring(uri.getPath().lastIndexOf('/') + 1);
    }

    /** What a server may say of a watch at any time: that it has come to this version. */
    byte[] bookmark() {
        String version = Pattern.compile("resourceVersion=(\\d+)")
                .matcher(query())
                .results()
                .map(match -> match.group(1))
                .findFirst()
                .orElse("0");
        return """
                {"type":"BOOKMARK","object":{%s,"metadata":{"resourceVersion":"%s"}}}
                """.formatted(KINDS.get(plural()), version).getBytes(StandardCharsets.UTF_8);
    }

    private String query() {
        return Optional.ofNullable(uri.getQuery()).orElse("");
    }
}
