package com.github.scriptrunner.kubernetes;

import com.github.scriptrunner.domain.ObservedNode;
import io.fabric8.kubernetes.api.model.Node;

/** Tells events of nodes that matter from those that do not. */
public final class Nodes {
    /**
     * Whether labels, taints or readiness have changed; a heartbeat changes none.
     *
     * @param before null when the node is new
     */
    public boolean matters(Node node, Node before) {
        if (before == null || node.isMarkedForDeletion()) {
            return true;
        }
        ObservedNode now = NodeReading.of(node);
        ObservedNode then = NodeReading.of(before);
        return !now.id().equals(then.id()) || !now.state().equals(then.state());
    }
}
