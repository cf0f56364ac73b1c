package com.github.scriptrunner.api;

/** How a script's container runs; the names are those of the resource. */
public enum Mode {
    Normal,
    Privileged,
    /** Privileged, with the node's {@code /} mounted at {@code /host}. */
    PrivilegedWithHostFS;

    public boolean isPrivileged() {
        return this != Normal;
    }
}
