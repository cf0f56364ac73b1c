package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.OptionalLong;

/**
 * How an object is to be deleted.
 *
 * @param gracePeriodSeconds of pods; empty: as the pod says
 * @param propagation {@code Background}, {@code Foreground} or {@code Orphan}
 * @param uid empty: any
 * @param resourceVersion empty: any
 */
record DeleteOptions(
        OptionalLong gracePeriodSeconds, String propagation, String uid, String resourceVersion, boolean dryRun) {
    static final DeleteOptions BACKGROUND = of(Json.object());

    /** @param options an object of kind DeleteOptions */
    static DeleteOptions of(JsonNode options) {
        JsonNode grace = options.path("gracePeriodSeconds");
        return new DeleteOptions(
                grace.isNumber() ? OptionalLong.of(grace.asLong()) : OptionalLong.empty(),
                options.path("propagationPolicy")
                        .asText(options.path("orphanDependents").asBoolean() ? "Orphan" : "Background"),
                options.at("/preconditions/uid").asText(""),
                options.at("/preconditions/resourceVersion").asText(""),
                !options.path("dryRun").isEmpty());
    }
}
