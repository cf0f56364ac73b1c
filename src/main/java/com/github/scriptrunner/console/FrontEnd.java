package com.github.scriptrunner.console;

import com.github.scriptrunner.http.Answers;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpHandler;
import java.io.IOException;
import java.io.InputStream;
import java.util.Map;
import java.util.regex.Pattern;

/** Hawtio's pages from the class path, and what they ask of a server of Hawtio's own. */
final class FrontEnd implements HttpHandler {
    /** Compiled into Hawtio's pages. */
    static final String ROOT = "/hawtio/";

    /** Where the library has its files. */
    private static final String FILES = "/hawtio-static/";

    /** Nothing that a file system or a jar could take for another place. */
    private static final Pattern FILE = Pattern.compile("(\\w[\\w-]*/)*\\w[\\w.-]*\\.\\w+");

    /** A page of Hawtio, which is told apart in the browser. */
    private static final Pattern PAGE = Pattern.compile("[\\w/-]*");

    private static final Map<String, String> TYPES = Map.of(
            "html", "text/html; charset=utf-8",
            "js", "text/javascript; charset=utf-8",
            "json", "application/json",
            "svg", "image/svg+xml",
            "ico", "image/x-icon",
            "woff2", "font/woff2",
            "ttf", "font/ttf",
            "txt", "text/plain; charset=utf-8");

    /** The gate has asked for the password, so that Hawtio shows no login of its own. */
    private static final Map<String, String> ANSWERS = Map.of(
            "user", "\"public\"",
            "auth/config/login", "[]",
            "auth/config/oidc", "{}",
            "auth/config/session-timeout", "{\"timeout\":-1}",
            "keycloak/enabled", "false",
            "plugin", "[]",
            "preset-connections", "[]",
            "proxy/enabled", "false");

    @Override
    public void handle(HttpExchange exchange) throws IOException {
        String path = exchange.getRequestURI().getRawPath();
        if (!exchange.getRequestMethod().equals("GET")) {
            Answers.refuse(exchange, 405, "Only GET.");
        } else if (path.equals("/") || path.equals("/hawtio")) {
            exchange.getResponseHeaders().set("Location", ROOT);
            exchange.sendResponseHeaders(302, -1);
            exchange.close();
        } else if (!path.startsWith(ROOT)) {
            Answers.refuse(exchange, 404, "The console is at " + ROOT);
        } else {
            answer(exchange, path.substring(ROOT.length()));
        }
    }

    private static void answer(HttpExchange exchange, String name) throws IOException {
        if (ANSWERS.containsKey(name)) {
            Answers.json(exchange, 200, ANSWERS.get(name));
        } else if (PAGE.matcher(name).matches()) {
            send(exchange, "index.html");
        } else if (FILE.matcher(name).matches()) {
            send(exchange, name);
        } else {
            Answers.refuse(exchange, 404, "There is no such file.");
        }
    }

    private static void send(HttpExchange exchange, String file) throws IOException {
        try (InputStream content = FrontEnd.class.getResourceAsStream(FILES + file)) {
            if (content == null) {
                Answers.refuse(exchange, 404, "There is no such file.");
                return;
            }
            String ending = file.substring(file.lastIndexOf('.') + 1);
            exchange.getResponseHeaders().set("Content-Type", TYPES.getOrDefault(ending, "application/octet-stream"));
            // their names change with their content
            if (file.startsWith("static/")) {
                exchange.getResponseHeaders().set("Cache-Control", "private, max-age=31536000, immutable");
            }
            exchange.sendResponseHeaders(200, 0);
            try (var out = exchange.getResponseBody()) {
                content.transferTo(out);
            }
        }
    }
}
