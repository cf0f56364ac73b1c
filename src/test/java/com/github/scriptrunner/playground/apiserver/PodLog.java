package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import com.sun.net.httpserver.HttpExchange;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/** Sends what a container has written. */
final class PodLog implements Answer {
    private final ContainerLogs logs;
    private final String namespace;
    private final String pod;
    private final String container;
    private final boolean follow;
    private final long tailLines;
    private final long limitBytes;
    private final boolean started;

    PodLog(ContainerLogs logs, ObjectNode pod, Request request) {
        Metadata metadata = Metadata.of(pod);
        this.logs = logs;
        this.namespace = metadata.namespace();
        this.pod = metadata.name();
        this.container = container(pod, request.query("container"));
        this.follow = request.flag("follow");
        this.tailLines = request.number("tailLines", -1);
        this.limitBytes = request.number("limitBytes", Long.MAX_VALUE);
        this.started = !pod.at("/spec/nodeName").asText().isEmpty();
    }

    private static String container(ObjectNode pod, String wanted) {
        List<String> names = pod.at("/spec/containers")
                .valueStream()
                .map(container -> container.path("name").asText())
                .toList();
        String name = Metadata.of(pod).name();
        if (wanted.isEmpty() && names.size() > 1) {
            throw ApiError.badRequest("a container name must be specified for pod %s, choose one of: [%s]"
                    .formatted(name, String.join(" ", names)));
        }
        if (!wanted.isEmpty() && !names.contains(wanted)) {
            throw ApiError.badRequest("container %s is not valid for pod %s".formatted(wanted, name));
        }
        return wanted.isEmpty() ? names.get(0) : wanted;
    }

    @Override
    public void send(HttpExchange exchange) throws IOException {
        if (!started) {
            Answer.text(200, "").send(exchange);
            return;
        }
        long skip = tailLines < 0 ? 0 : startOfTail();
        try (InputStream in = open(follow)) {
            in.skipNBytes(skip);
            exchange.getResponseHeaders().set("Content-Type", "text/plain");
            exchange.sendResponseHeaders(200, 0);
            try (OutputStream out = exchange.getResponseBody()) {
                out.flush();
                copy(in, out);
            }
        }
    }

    private InputStream open(boolean following) {
        try {
            return logs.open(namespace, pod, container, following);
        } catch (IOException e) {
            throw ApiError.badRequest(
                    "container \"%s\" in pod \"%s\" has no log: %s".formatted(container, pod, e.getMessage()));
        }
    }

    private void copy(InputStream in, OutputStream out) throws IOException {
        byte[] buffer = new byte[8192];
        long left = limitBytes;
        int read;
        while (left > 0 && (read = in.read(buffer, 0, (int) Math.min(buffer.length, left))) >= 0) {
            out.write(buffer, 0, read);
            out.flush();
            left -= read;
        }
    }

    /** How many bytes of what there is now come before the last lines. */
    private long startOfTail() throws IOException {
        Deque<Long> starts = new ArrayDeque<>();
        long position = 0;
        starts.add(0L);
        try (InputStream in = open(false)) {
            byte[] buffer = new byte[8192];
            int read;
            while ((read = in.read(buffer)) >= 0) {
                for (int i = 0; i < read; i++) {
                    position++;
                    if (buffer[i] == '\n') {
                        starts.add(position);
                        if (starts.size() > tailLines + 1) {
                            starts.remove();
                        }
                    }
                }
            }
        }
        boolean endsWithLineBreak = starts.getLast() == position;
        if (!endsWithLineBreak && starts.size() > tailLines) {
            starts.remove();
        }
        return tailLines == 0 || starts.isEmpty() ? position : starts.getFirst();
    }
}
