package com.github.scriptrunner.playground;

import static java.util.Objects.requireNonNullElse;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What every node said in the end; nodes that said the same are named together. */
final class Report {
    private Report() {}

    static String of(ScriptRunner runner) {
        Map<String, List<String>> nodesByText = new LinkedHashMap<>();
        for (NodeStatus node : NodeText.nodes(runner)) {
            nodesByText.computeIfAbsent(said(node), text -> new ArrayList<>()).add(node.name());
        }
        StringBuilder report = new StringBuilder();
        nodesByText.forEach((text, nodes) -> report.append(NodeText.name(runner))
                .append(" on ")
                .append(String.join(", ", nodes))
                .append(": ")
                .append(text));
        return report.append(NodeText.name(runner))
                .append(": ")
                .append(NodeText.summary(runner))
                .toString();
    }

    private static String said(NodeStatus node) {
        StringBuilder text = new StringBuilder(NodeText.phase(node));
        if (node.history().isEmpty()) {
            return text.append('\n').toString();
        }
        RunResult latest = node.history().get(0);
        if (!latest.outcome().name().equals(node.phase().name())) {
            text.append(", latest run ").append(latest.outcome());
        }
        if (latest.exitCode() != null) {
            text.append(", exit code ").append(latest.exitCode());
        }
        text.append('\n');
        append(text, "stdout", latest.stdout());
        append(text, "stderr", latest.stderr());
        return text.toString();
    }

    private static void append(StringBuilder text, String stream, String output) {
        NodeText.escaped(requireNonNullElse(output, ""))
                .lines()
                .forEach(line -> text.append("  ")
                        .append(stream)
                        .append(" | ")
                        .append(line)
                        .append('\n'));
    }
}
