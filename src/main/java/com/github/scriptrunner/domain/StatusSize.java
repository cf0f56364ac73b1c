package com.github.scriptrunner.domain;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.RunResult;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.UnaryOperator;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/** Keeps a status within what the API server and etcd take, by leaving out what is missed least, oldest first. */
final class StatusSize {
    /** Bytes for the entries of nodes; 5,000 are left for the rest of the status, of which nothing is long. */
    static final long MOST = 895_000;

    /** Bytes; a larger status is written more rarely. */
    private static final long LARGE = 100_000;

    private static final Duration BETWEEN_LARGE = Duration.ofSeconds(5);

    private static final ObjectMapper JSON = new ObjectMapper()
            .registerModule(new JavaTimeModule())
            .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);

    /** What may be left out, in this order. */
    private static final List<Cut> CUTS = List.of(
            StatusSize::olderResults,
            nodes -> outputs(nodes, false),
            nodes -> outputs(nodes, true),
            nodes -> everyNode(nodes, NodeStatus::withoutHistory),
            nodes -> everyNode(nodes, node -> node.in(node.phase(), node.reason(), null)),
            nodes -> everyNode(nodes, NodeStatus::withoutStartTime));

    private StatusSize() {}

    /**
     * Entries that fit.
     *
     * @param bytes what they take together
     * @param trimmed whether something had to go
     */
    record Fitted(List<NodeStatus> nodes, long bytes, boolean trimmed) {
        /** How long to wait until it may be written, after the write before. */
        Duration tooSoon(Instant lastWrite, Instant now) {
            if (bytes <= LARGE || lastWrite == null) {
                return Duration.ZERO;
            }
            Duration wait = Duration.between(now, lastWrite.plus(BETWEEN_LARGE));
            return wait.isNegative() ? Duration.ZERO : wait;
        }
    }

    static Fitted fit(List<NodeStatus> entries) {
        long size = bytes(entries);
        if (size <= MOST) {
            return new Fitted(entries, size, false);
        }
        List<NodeStatus> nodes = new ArrayList<>(entries);
        for (Cut cut : CUTS) {
            List<Candidate> candidates = cut.candidates(nodes)
                    .sorted(Comparator.comparing(Candidate::age))
                    .toList();
            for (Candidate candidate : candidates) {
                if (size <= MOST) {
                    return new Fitted(List.copyOf(nodes), size, true);
                }
                NodeStatus before = nodes.get(candidate.index());
                NodeStatus after = candidate.change().apply(before);
                nodes.set(candidate.index(), after);
                size += bytes(after) - bytes(before);
            }
        }
        return new Fitted(List.copyOf(nodes), size, true);
    }

    /** As the API server stores it: there {@code <}, {@code >}, {@code &} and control characters take six bytes each. */
    static long bytes(Object value) {
        String json;
        try {
            json = JSON.writeValueAsString(value);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a status can always be written", e);
        }
        long bytes = 0;
        for (int i = 0; i < json.length(); i++) {
            char c = json.charAt(i);
            if (c == '\\') {
                char escaped = json.charAt(++i);
                bytes += escaped == 'b' || escaped == 'f' ? 6 : 2;
            } else if (c == '<' || c == '>' || c == '&' || c == '\u2028' || c == '\u2029') {
                bytes += 6;
            } else if (Character.isSurrogate(c)) {
                bytes += 2;
            } else {
                bytes += c < 0x80 ? 1 : c < 0x800 ? 2 : 3;
            }
        }
        return bytes;
    }

    private interface Cut {
        Stream<Candidate> candidates(List<NodeStatus> nodes);
    }

    /** One thing that may be left out of the entry at {@code index}. */
    private record Candidate(int index, Instant age, UnaryOperator<NodeStatus> change) {}

    private static Stream<Candidate> olderResults(List<NodeStatus> nodes) {
        return indexes(nodes)
                .flatMap(i -> nodes.get(i).history().stream()
                        .skip(1)
                        .map(result -> new Candidate(i, result.finishTime(), StatusSize::withoutOldest)));
    }

    private static NodeStatus withoutOldest(NodeStatus node) {
        return node.withHistory(node.history().subList(0, node.history().size() - 1));
    }

    private static Stream<Candidate> outputs(List<NodeStatus> nodes, boolean ofFailures) {
        return indexes(nodes)
                .filter(i -> !nodes.get(i).history().isEmpty())
                .filter(i -> latest(nodes.get(i)).outcome().isFailure() == ofFailures)
                .filter(i -> latest(nodes.get(i)).hasOutput())
                .map(i -> new Candidate(i, latest(nodes.get(i)).finishTime(), StatusSize::withoutOutput));
    }

    private static NodeStatus withoutOutput(NodeStatus node) {
        return node.withHistory(List.of(latest(node).withoutOutput()));
    }

    private static Stream<Candidate> everyNode(List<NodeStatus> nodes, UnaryOperator<NodeStatus> change) {
        return indexes(nodes)
                .map(i -> new Candidate(
                        i,
                        nodes.get(i).history().isEmpty()
                                ? Instant.EPOCH
                                : latest(nodes.get(i)).finishTime(),
                        change));
    }

    private static RunResult latest(NodeStatus node) {
        return node.history().get(0);
    }

    private static Stream<Integer> indexes(List<NodeStatus> nodes) {
        return IntStream.range(0, nodes.size()).boxed();
    }
}
