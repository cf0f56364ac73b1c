package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** What a written plan has to tell: what it says that the status before did not. */
final class Occurrences {
    /** So many are named; of the others there is the number. */
    private static final int NAMED = 3;

    /** The API server takes 1,024 bytes. */
    private static final int MOST_CHARACTERS = 900;

    private Occurrences() {}

    static List<Occurrence> of(Plan plan) {
        ScriptRunnerStatus after = plan.status();
        if (after == null) {
            return List.of();
        }
        ScriptRunnerStatus before = plan.runner().getStatus() == null
                ? ScriptRunnerStatus.NONE
                : plan.runner().getStatus();
        Map<String, NodeStatus> known = before.nodes().stream()
                .collect(Collectors.toMap(NodeStatus::nodeId, Function.identity(), (one, other) -> one));
        List<NodeStatus> held = after.nodes().stream()
                .filter(node -> node.reason() != null && isNews(node, known.get(node.nodeId())))
                .toList();
        boolean wasComplete = before.isComplete() && before.revision() == after.revision();
        return Stream.of(
                        occurrence(
                                plan,
                                Occurrence.Kind.RunFailed,
                                plan.recorded().stream()
                                        .filter(recorded ->
                                                recorded.result().outcome().isFailure())
                                        .map(Occurrences::failure)
                                        .toList()),
                        occurrence(plan, Occurrence.Kind.CannotStart, in(Phase.Waiting, held)),
                        occurrence(plan, Occurrence.Kind.NodeSkipped, in(Phase.Skipped, held)),
                        occurrence(
                                plan,
                                Occurrence.Kind.Completed,
                                after.isComplete() && !wasComplete ? List.of(after.summary()) : List.of()))
                .filter(Objects::nonNull)
                .toList();
    }

    private static boolean isNews(NodeStatus now, NodeStatus before) {
        return before == null || before.phase() != now.phase() || !now.reason().equals(before.reason());
    }

    private static List<String> in(Phase phase, List<NodeStatus> held) {
        return held.stream()
                .filter(node -> node.phase() == phase)
                .map(node -> node.message() == null
                        ? "%s: %s".formatted(node.name(), node.reason())
                        : "%s: %s: %s".formatted(node.name(), node.reason(), node.message()))
                .toList();
    }

    private static String failure(RecordedResult recorded) {
        RunResult result = recorded.result();
        String how = result.exitCode() == null
                ? result.outcome().name()
                : "%s, exit code %d".formatted(result.outcome(), result.exitCode());
        return "run %d on %s: %s".formatted(result.run(), recorded.node(), how);
    }

    /** Null where there is nothing to tell. */
    private static Occurrence occurrence(Plan plan, Occurrence.Kind kind, List<String> sentences) {
        if (sentences.isEmpty()) {
            return null;
        }
        String message = sentences.stream().limit(NAMED).collect(Collectors.joining("; "));
        String more = sentences.size() > NAMED ? "; and %d more".formatted(sentences.size() - NAMED) : "";
        int room = MOST_CHARACTERS - more.length();
        String cut = message.length() > room ? message.substring(0, room - 1) + "…" : message;
        return new Occurrence(
                plan.runner().getMetadata().getNamespace(),
                plan.runner().getMetadata().getName(),
                plan.runner().getMetadata().getUid(),
                kind,
                cut + more);
    }
}
