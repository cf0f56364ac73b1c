package com.github.scriptrunner.domain;

/**
 * Something that a person would ask about, for an Event of the ScriptRunner: one of a kind for each plan, however many nodes it is of.
 *
 * @param uid of the runner
 * @param message at most 900 characters
 */
public record Occurrence(String namespace, String runner, String uid, Kind kind, String message) {
    /** Their names are the Events' reasons. */
    public enum Kind {
        Completed,
        RunFailed,
        /** A run is due, and something holds it up. */
        CannotStart,
        /** Its runs are given up, for now or for ever. */
        NodeSkipped;

        public boolean isWarning() {
            return this != Completed;
        }
    }
}
