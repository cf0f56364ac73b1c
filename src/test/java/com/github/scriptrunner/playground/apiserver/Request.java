package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A request as it came.
 *
 * @param path its decoded segments
 * @param contentType of the body, without parameters
 * @param accept empty: anything
 */
record Request(
        String method,
        List<String> path,
        Map<String, String> query,
        String contentType,
        String accept,
        String userAgent,
        boolean webSocket,
        String body) {
    /** Kubernetes' own limit. */
    private static final int BODY_LIMIT = 3 * 1024 * 1024;

    private static final ObjectMapper YAML = new YAMLMapper();

    static Request of(HttpExchange exchange) throws IOException {
        byte[] body = exchange.getRequestBody().readNBytes(BODY_LIMIT + 1);
        if (body.length > BODY_LIMIT) {
            throw ApiError.of(413, "RequestEntityTooLarge", "Request entity too large: limit is " + BODY_LIMIT);
        }
        URI uri = exchange.getRequestURI();
        List<String> path = Arrays.stream(uri.getRawPath().split("/", -1))
                .filter(segment -> !segment.isEmpty())
                .map(segment -> decode(segment.replace("+", "%2B")))
                .toList();
        String contentType = header(exchange, "Content-Type").split(";", -1)[0].strip();
        return new Request(
                exchange.getRequestMethod(),
                path,
                query(uri),
                contentType,
                header(exchange, "Accept"),
                header(exchange, "User-Agent"),
                header(exchange, "Upgrade").toLowerCase(Locale.ROOT).equals("websocket"),
                new String(body, StandardCharsets.UTF_8));
    }

    private static String header(HttpExchange exchange, String name) {
        String value = exchange.getRequestHeaders().getFirst(name);
        return value == null ? "" : value;
    }

    private static Map<String, String> query(URI uri) {
        Map<String, String> query = new HashMap<>();
        if (uri.getRawQuery() != null) {
            for (String parameter : uri.getRawQuery().split("&", -1)) {
                int equals = parameter.indexOf('=');
                String name = equals < 0 ? parameter : parameter.substring(0, equals);
                String value = equals < 0 ? "" : parameter.substring(equals + 1);
                query.put(decode(name), decode(value));
            }
        }
        return query;
    }

    private static String decode(String text) {
        return URLDecoder.decode(text, StandardCharsets.UTF_8);
    }

    String query(String name) {
        return query.getOrDefault(name, "");
    }

    boolean flag(String name) {
        return query(name).equals("true") || query(name).equals("1");
    }

    long number(String name, long absent) {
        if (query(name).isEmpty()) {
            return absent;
        }
        try {
            return Long.parseLong(query(name));
        } catch (NumberFormatException e) {
            throw ApiError.badRequest("strconv.ParseInt: parsing \"%s\": invalid syntax".formatted(query(name)));
        }
    }

    /** The body as JSON, or as YAML where the media type says so. */
    JsonNode json() {
        if (contentType.endsWith("protobuf") || contentType.endsWith("cbor")) {
            throw ApiError.of(
                    415,
                    "UnsupportedMediaType",
                    "this server reads JSON only, not " + contentType
                            + ": use a manifest (kubectl apply -f, kubectl create -f)");
        }
        try {
            JsonNode body = (contentType.endsWith("yaml") ? YAML : Json.MAPPER).readTree(body());
            return body.isMissingNode() || body.isNull() ? Json.object() : body;
        } catch (JsonProcessingException e) {
            throw ApiError.badRequest(
                    "the object provided is unrecognized: json parse error: " + e.getOriginalMessage());
        }
    }

    ObjectNode object() {
        if (json() instanceof ObjectNode object) {
            return object;
        }
        throw ApiError.badRequest("the object provided is unrecognized: it is no JSON object");
    }
}
