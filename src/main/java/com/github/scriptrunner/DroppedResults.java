package com.github.scriptrunner;

import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.apache.camel.Headers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Counts the results that could not be published. They stand in the status all the same. */
public final class DroppedResults {
    private static final Logger LOG = LoggerFactory.getLogger(DroppedResults.class);

    private final Counter counter;

    DroppedResults(MeterRegistry registry) {
        counter = Counter.builder("scriptrunner.results.dropped")
                .description("Results that were recorded and could not be published")
                .register(registry);
    }

    /** Called by the error configuration of the publishing routes, whose headers say which result it is. */
    public void increment(Exception why, @Headers Map<String, Object> headers) {
        counter.increment();
        LOG.warn(
                "{}/{} run {} on {} was not published: {}",
                headers.get("namespace"),
                headers.get("runner"),
                headers.get("run"),
                headers.get("node"),
                why.getMessage());
    }
}
