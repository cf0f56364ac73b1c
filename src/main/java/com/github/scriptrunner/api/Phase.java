package com.github.scriptrunner.api;

/** Where a node stands: every selected node is in exactly one of these. */
public enum Phase {
    Waiting,
    Running,
    Succeeded,
    Failed,
    /** Will not run for now; the node's reason says why. */
    Skipped
}
