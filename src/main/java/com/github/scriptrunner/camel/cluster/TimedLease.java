package com.github.scriptrunner.camel.cluster;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseSpec;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaderElectionRecord;
import io.fabric8.kubernetes.client.extended.leaderelection.resourcelock.LeaseLock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.function.LongSupplier;

/**
 * A Lease whose age is that on this process's own monotonic clock.
 *
 * <p>fabric8 compares the holder's {@code renewTime} with the time here: two machines whose clocks differ would both lead. As with
 * client-go, the age of somebody else's lease counts from when its latest renewal was first seen.
 */
final class TimedLease extends LeaseLock {
    private static final String NOBODY = "";

    private final LeaseGuard guard;
    private final LongSupplier nanoTime;
    private LeaderElectionRecord seen;
    private long seenAt;

    TimedLease(String namespace, String name, String identity, LeaseGuard guard, LongSupplier nanoTime) {
        super(namespace, name, identity);
        this.guard = guard;
        this.nanoTime = nanoTime;
    }

    @Override
    public synchronized LeaderElectionRecord get(KubernetesClient client) {
        LeaderElectionRecord found = super.get(client);
        if (found == null || identity().equals(found.getHolderIdentity())) {
            return found;
        }
        if (!found.equals(seen)) {
            seen = found;
            seenAt = nanoTime.getAsLong();
        }
        return new LeaderElectionRecord(
                found.getHolderIdentity(),
                found.getLeaseDuration(),
                found.getAcquireTime(),
                now().minusNanos(nanoTime.getAsLong() - seenAt),
                found.getLeaderTransitions());
    }

    @Override
    public synchronized void create(KubernetesClient client, LeaderElectionRecord wanted) {
        write(wanted, () -> super.create(client, wanted));
    }

    @Override
    public synchronized void update(KubernetesClient client, LeaderElectionRecord wanted) {
        write(wanted, () -> super.update(client, wanted));
    }

    /** It counts from before the request: the API server may have taken it at any moment since. */
    private void write(LeaderElectionRecord wanted, Runnable request) {
        boolean ours = identity().equals(wanted.getHolderIdentity());
        if (!ours) {
            guard.ended();
        }
        long before = nanoTime.getAsLong();
        request.run();
        if (ours) {
            guard.renewed(before);
        }
    }

    /** The patch would leave the holder as it is where there is none. */
    @Override
    protected Lease toResource(LeaderElectionRecord wanted, ObjectMetaBuilder meta) {
        Lease lease = super.toResource(wanted, meta);
        if (wanted.getHolderIdentity() == null) {
            lease.getSpec().setHolderIdentity(NOBODY);
        }
        return lease;
    }

    /** One that somebody made by hand, without all of its fields, is nobody's. */
    @Override
    protected LeaderElectionRecord toRecord(Lease lease) {
        LeaseSpec spec = lease.getSpec();
        return spec == null
                        || spec.getLeaseDurationSeconds() == null
                        || spec.getAcquireTime() == null
                        || spec.getRenewTime() == null
                ? new LeaderElectionRecord(NOBODY, Duration.ZERO, now(), now(), 0)
                : super.toRecord(lease);
    }

    private static ZonedDateTime now() {
        return ZonedDateTime.now(ZoneOffset.UTC);
    }
}
