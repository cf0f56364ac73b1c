package com.github.scriptrunner.api;

/** How a run ended. */
public enum Outcome {
    Succeeded,
    Failed,
    TimedOut,
    /** The packages could not be installed; the script never ran. */
    SetupFailed,
    /** Began, and nobody can say how it ended: evicted, or gone with its node. */
    Lost,
    /** Never began, as often as it was tried. */
    Rejected;

    public boolean isFailure() {
        return this != Succeeded;
    }
}
