package com.github.scriptrunner.playground;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.ScriptRunner;
import java.io.PrintWriter;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** A line whenever the phase of a node changes. */
final class PlainProgress implements Progress {
    private final PrintWriter out;
    private final Map<String, String> shown = new HashMap<>();

    PlainProgress(PrintWriter out) {
        this.out = out;
    }

    @Override
    public void show(List<ScriptRunner> runners) {
        for (ScriptRunner runner : runners) {
            for (NodeStatus node : NodeText.nodes(runner)) {
                String key = runner.getMetadata().getUid() + node.nodeId();
                String phase = NodeText.phase(node);
                if (!phase.equals(shown.put(key, phase))) {
                    out.println(NodeText.name(runner) + " on " + node.name() + ": " + phase);
                }
            }
        }
    }

    @Override
    public void close() {
        out.flush();
    }
}
