package com.github.scriptrunner.camel.cluster;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.BasicBuilder;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.Interceptor;
import java.time.Duration;
import java.util.Set;
import java.util.function.LongSupplier;

/**
 * Keeps a client from writing while this process does not lead: the lease's age is looked at right before each request, repeated ones
 * included.
 *
 * <p>A process that was stopped for a while, and wakes up in the middle of something, is told so here before it is told by its
 * election. What remains is the moment between this look and the first byte on the wire.
 */
public final class LeaseGuard implements Interceptor {
    private static final Set<String> READING = Set.of("GET", "HEAD");

    private final LongSupplier nanoTime;
    /** Null: without an election everybody may write. */
    private volatile Duration validFor;
    /** When the request was sent that last took or renewed the lease; null: it is not ours. */
    private volatile Long renewedAt;
    /** Until it is given back the lease is renewed all the same. */
    private volatile boolean resigned;

    /** @param nanoTime of a clock that goes on while this process stands still, as {@link System#nanoTime} does */
    public LeaseGuard(LongSupplier nanoTime) {
        this.nanoTime = nanoTime;
    }

    /** From now on writing takes a lease that was renewed within this time. */
    void require(Duration age) {
        validFor = age;
    }

    void standing() {
        resigned = false;
    }

    /** From now on nothing is written, so that what is under way comes to an end. */
    public void resigned() {
        resigned = true;
    }

    void renewed(long at) {
        renewedAt = at;
    }

    void ended() {
        renewedAt = null;
    }

    @Override
    public void before(BasicBuilder builder, HttpRequest request, RequestTags tags) {
        Duration longest = validFor;
        if (longest == null || READING.contains(request.method())) {
            return;
        }
        if (resigned) {
            throw refused(request, "it ends");
        }
        Long at = renewedAt;
        if (at == null) {
            throw refused(request, "the lease is not ours");
        }
        Duration age = Duration.ofNanos(nanoTime.getAsLong() - at);
        if (age.compareTo(longest) >= 0) {
            throw refused(request, "the lease was renewed %d ms ago, which is too long".formatted(age.toMillis()));
        }
    }

    private static KubernetesClientException refused(HttpRequest request, String why) {
        return new KubernetesClientException("%s %s was not sent, this process does not lead: %s"
                .formatted(request.method(), request.uri().getPath(), why));
    }
}
