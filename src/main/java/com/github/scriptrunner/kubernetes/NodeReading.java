package com.github.scriptrunner.kubernetes;

import static java.util.Objects.requireNonNullElse;
import static java.util.Objects.requireNonNullElseGet;

import com.github.scriptrunner.domain.Digest;
import com.github.scriptrunner.domain.Names;
import com.github.scriptrunner.domain.ObservedNode;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeSpec;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.Taint;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Collectors;

/** What a node object means for runs. */
final class NodeReading {
    private static final int STATE_LENGTH = 8;

    private NodeReading() {}

    static ObservedNode of(Node node) {
        Map<String, String> labels = labels(node);
        String notReady = notReadyMessage(node);
        NodeSpec spec = requireNonNullElseGet(node.getSpec(), NodeSpec::new);
        String taints =
                spec.getTaints().stream().map(NodeReading::text).sorted().collect(Collectors.joining("\n"));
        return new ObservedNode(
                node.getMetadata().getName(),
                Names.nodeId(node.getMetadata().getUid()),
                labels,
                notReady,
                Digest.of(
                        STATE_LENGTH,
                        new TreeMap<>(labels).toString(),
                        taints,
                        String.valueOf(spec.getUnschedulable()),
                        String.valueOf(notReady == null)));
    }

    static Map<String, String> labels(Node node) {
        return requireNonNullElse(node.getMetadata().getLabels(), Map.of());
    }

    private static String notReadyMessage(Node node) {
        NodeStatus status = requireNonNullElseGet(node.getStatus(), NodeStatus::new);
        Optional<NodeCondition> ready = status.getConditions().stream()
                .filter(condition -> condition.getType().equals("Ready"))
                .findFirst();
        if (ready.isEmpty()) {
            return "The node has not said yet that it is ready.";
        }
        return ready.get().getStatus().equals("True")
                ? null
                : "The node is not ready: " + requireNonNullElse(ready.get().getMessage(), "it does not say why.");
    }

    private static String text(Taint taint) {
        return taint.getKey() + "=" + taint.getValue() + ":" + taint.getEffect();
    }
}
