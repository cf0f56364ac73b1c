package com.github.scriptrunner.camel.informer;

import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * DOWN until the first list has arrived, and whenever the watch is dead.
 *
 * <p>Not ready, but live: the informer recovers by itself, and a restart would only ask the same API server again.
 */
final class InformerHealthCheck extends AbstractHealthCheck {
    /** A watch ends every few minutes and is open again a second later: no news. */
    static final Duration GRACE = Duration.ofSeconds(5);

    private final Supplier<SelfHealingInformer.Status> status;

    InformerHealthCheck(String plural, Supplier<SelfHealingInformer.Status> status) {
        super("camel", "informer-" + plural);
        this.status = status;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        SelfHealingInformer.Status now = status.get();
        now.lastFailure().ifPresent(failure -> builder.detail("failure.last", failure));
        now.deadFor()
                .ifPresent(dead ->
                        builder.detail("down.since", Instant.now().minus(dead).toString()));
        String cause = now.lastFailure().map(failure -> ": " + failure).orElse("");
        if (!now.synced()) {
            builder.down().message("The first list has not arrived" + cause);
        } else if (now.deadFor().filter(dead -> dead.compareTo(GRACE) > 0).isPresent()) {
            builder.down().message("There is no watch" + cause);
        } else {
            builder.up();
        }
    }
}
