package com.github.scriptrunner.playground.apiserver;

import java.util.List;

/**
 * How an object is to be written.
 *
 * @param dryRun everything but the write
 * @param fieldValidation {@code Strict}, {@code Warn} or {@code Ignore}
 * @param warnings receives what the client should be told
 */
record WriteOptions(boolean dryRun, String fieldValidation, List<String> warnings) {
    /** What the server itself writes. */
    static final WriteOptions INTERNAL = new WriteOptions(false, "Ignore", List.of());
}
