package com.github.scriptrunner.camel.workqueue;

import org.apache.camel.spi.Metadata;

/** The headers that {@code workqueue:} reads and sets. */
public final class WorkQueueConstants {
    @Metadata(
            label = "producer",
            javaType = "java.time.Duration",
            description = "Adds the key this much later instead of now")
    public static final String DELAY = "CamelWorkqueueDelay";

    @Metadata(
            label = "consumer",
            javaType = "java.time.Duration",
            description = "Set by the route: hands the same key out again this long after it succeeded, or earlier")
    public static final String REQUEUE_AFTER = "CamelWorkqueueRequeueAfter";

    @Metadata(
            label = "consumer",
            javaType = "int",
            description = "How often this key has failed in a row before this exchange")
    public static final String FAILURES = "CamelWorkqueueFailures";

    private WorkQueueConstants() {}
}
