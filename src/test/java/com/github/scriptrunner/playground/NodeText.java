package com.github.scriptrunner.playground;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.ScriptRunner;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import java.util.Optional;

/** The words for a runner's nodes; what scripts or clusters wrote is shown with its control characters escaped. */
final class NodeText {
    private NodeText() {}

    static String name(ScriptRunner runner) {
        String namespace = runner.getMetadata().getNamespace();
        String name = runner.getMetadata().getName();
        return namespace.equals("default") ? name : namespace + "/" + name;
    }

    static List<NodeStatus> nodes(ScriptRunner runner) {
        return runner.getStatus() == null ? List.of() : runner.getStatus().nodes();
    }

    /** Like {@code Waiting, NodeNotReady: node-1 is not ready}. */
    static String phase(NodeStatus node) {
        return node.phase()
                + Optional.ofNullable(node.reason())
                        .map(reason -> ", " + reason)
                        .orElse("")
                + Optional.ofNullable(node.message())
                        .map(message -> ": " + escaped(message))
                        .orElse("");
    }

    /** How far a runner is, in its own words where it has any. */
    static String summary(ScriptRunner runner) {
        if (runner.getStatus() == null || runner.getStatus().summary() == null) {
            return "the operator has not looked at it yet";
        }
        String summary = escaped(runner.getStatus().summary());
        return condition(runner, "Complete")
                .filter(complete -> nodes(runner).isEmpty())
                .map(complete -> summary + " (" + complete.getReason() + ")")
                .orElse(summary);
    }

    /** The condition as far as it is about the spec as it is now. */
    static Optional<Condition> condition(ScriptRunner runner, String type) {
        return runner.getStatus() == null
                ? Optional.empty()
                : runner.getStatus().conditions().stream()
                        .filter(condition -> condition.getType().equals(type))
                        .filter(condition ->
                                runner.getMetadata().getGeneration().equals(condition.getObservedGeneration()))
                        .findFirst();
    }

    static boolean is(ScriptRunner runner, String condition) {
        return condition(runner, condition)
                .filter(each -> each.getStatus().equals("True"))
                .isPresent();
    }

    /** A terminal must not obey what a script printed: all control characters but line feed and tab are made visible. */
    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder(text.length());
        text.codePoints().forEach(character -> {
            if (character == '\r') {
                escaped.append("\\r");
            } else if (Character.isISOControl(character) && character != '\n' && character != '\t') {
                escaped.append(String.format("\\x%02x", character));
            } else {
                escaped.appendCodePoint(character);
            }
        });
        return escaped.toString();
    }
}
