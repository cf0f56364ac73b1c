package com.github.scriptrunner.camel.workqueue;

import java.time.Duration;
import java.util.Map;
import java.util.function.Supplier;
import org.apache.camel.health.HealthCheckResultBuilder;
import org.apache.camel.impl.health.AbstractHealthCheck;

/**
 * DOWN when a key has been with its worker, or due without getting one, for longer than {@code stuckAfter}.
 *
 * <p>Both not ready and not live: workers that hang do not come free by waiting, only by a restart, and keys lose nothing by one. While
 * the consumer is suspended or stopped nothing is handed out on purpose, so keys that wait are no fault then.
 */
final class WorkQueueHealthCheck extends AbstractHealthCheck {
    private final Duration stuckAfter;
    private final Supplier<WorkQueue.State> state;

    WorkQueueHealthCheck(String queue, Duration stuckAfter, Supplier<WorkQueue.State> state) {
        super("camel", "workqueue-" + queue);
        this.stuckAfter = stuckAfter;
        this.state = state;
    }

    @Override
    public boolean isLiveness() {
        return true;
    }

    @Override
    protected void doCall(HealthCheckResultBuilder builder, Map<String, Object> options) {
        WorkQueue.State now = state.get();
        builder.detail("depth", now.waiting() + now.processing());
        builder.detail("retrying", now.retrying());
        builder.detail("open", now.open());
        now.oldest().ifPresent(oldest -> {
            builder.detail("oldest.key", oldest.key());
            builder.detail("oldest.age", oldest.age().toString());
        });
        builder.up();
        now.longestDue().filter(due -> now.open()).ifPresent(due -> judge(builder, due, "is due without a worker"));
        now.longestProcessing().ifPresent(one -> judge(builder, one, "is being processed"));
    }

    private void judge(HealthCheckResultBuilder builder, WorkQueue.Aged oldest, String what) {
        if (oldest.age().compareTo(stuckAfter) > 0) {
            builder.down()
                    .message("%s %s for %s, longer than %s".formatted(oldest.key(), what, oldest.age(), stuckAfter));
        }
    }
}
