package com.github.scriptrunner.console;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;

/** A request as it is written, also one that no HTTP client would send, and what came back. */
record Asked(int status, String headers, String body) {
    private static final ObjectMapper JSON = new ObjectMapper();

    /**
     * HTTP 1.0, so that the answer comes in one piece and ends with the connection.
     *
     * @param headers replace what would be sent; null: sent without
     */
    static Asked send(InetSocketAddress server, String method, String path, Map<String, String> headers, String body)
            throws IOException {
        Map<String, String> all = new LinkedHashMap<>();
        all.put("Host", "127.0.0.1:" + server.getPort());
        if (method.equals("POST")) {
            // as a browser does
            all.put("Origin", "http://127.0.0.1:" + server.getPort());
        }
        if (!body.isEmpty()) {
            all.put("Content-Length", Integer.toString(body.length()));
        }
        all.putAll(headers);
        StringBuilder request = new StringBuilder(method + " " + path + " HTTP/1.0\r\n");
        all.forEach((name, value) -> request.append(value == null ? "" : name + ": " + value + "\r\n"));
        try (Socket socket = new Socket(server.getAddress(), server.getPort())) {
            socket.setSoTimeout(20_000);
            socket.getOutputStream().write((request + "\r\n" + body).getBytes(StandardCharsets.UTF_8));
            // so that a body that was announced and does not come is not waited for
            socket.shutdownOutput();
            String answer = new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            int end = answer.indexOf("\r\n\r\n");
            if (end < 0) {
                throw new IOException("this is no answer: '" + answer + "'");
            }
            return new Asked(
                    Integer.parseInt(answer.split(" ", 3)[1]), answer.substring(0, end), answer.substring(end + 4));
        }
    }

    JsonNode json() throws IOException {
        return JSON.readTree(body);
    }
}
