package com.github.scriptrunner.domain;

import java.util.Map;

/**
 * A node as far as a plan cares.
 *
 * @param id hash of its UID
 * @param notReadyMessage why it is not ready, null when it is
 * @param state hash of its labels, taints and readiness: when it changes, a run that was given up is tried again
 */
public record ObservedNode(String name, String id, Map<String, String> labels, String notReadyMessage, String state) {
    public boolean isReady() {
        return notReadyMessage == null;
    }
}
