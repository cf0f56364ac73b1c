package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** What is sent back for a request. */
@FunctionalInterface
interface Answer {
    String JSON = "application/json";

    void send(HttpExchange exchange) throws IOException;

    static Answer json(int code, JsonNode body) {
        return json(code, body, List.of());
    }

    /** A JSON answer with warnings: kubectl prints each in a line of its own. */
    static Answer json(int code, JsonNode body, List<String> warnings) {
        return exchange -> {
            for (String warning : warnings) {
                String quoted = warning.replace("\\", "\\\\").replace("\"", "\\\"");
                exchange.getResponseHeaders().add("Warning", "299 - \"" + quoted + "\"");
            }
            bytes(code, JSON, Json.bytes(body)).send(exchange);
        };
    }

    static Answer text(int code, String text) {
        return bytes(code, "text/plain", text.getBytes(StandardCharsets.UTF_8));
    }

    static Answer bytes(int code, String contentType, byte[] body) {
        return exchange -> {
            exchange.getResponseHeaders().set("Content-Type", contentType);
            exchange.sendResponseHeaders(code, body.length == 0 ? -1 : body.length);
            try (OutputStream out = exchange.getResponseBody()) {
                out.write(body);
            }
        };
    }
}
