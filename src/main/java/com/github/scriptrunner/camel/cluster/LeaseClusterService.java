package com.github.scriptrunner.camel.cluster;

import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.Objects;
import java.util.UUID;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.support.cluster.AbstractCamelClusterService;

/**
 * Elects one process to be the leader, by a Lease that has the name of the Camel namespace.
 *
 * <p>Camel's own service on Kubernetes does not come back once a renewal of its lease has failed.
 */
public final class LeaseClusterService extends AbstractCamelClusterService<LeaseClusterView> {
    /**
     * How long things take.
     *
     * @param lease after which another may take over from a leader that is not heard of; whole seconds
     * @param renewDeadline after which a leader that cannot renew stops; the rest is for requests that are under way
     * @param renewal from one renewal to the next
     * @param attempt from one attempt to become the leader to the next, at least, and 2.2 times that at most
     */
    public record Pace(Duration lease, Duration renewDeadline, Duration renewal, Duration attempt) {
        public static final Pace DEFAULT =
                new Pace(Duration.ofSeconds(12), Duration.ofSeconds(8), Duration.ofSeconds(2), Duration.ofMillis(500));
    }

    /** What the election is told to do. */
    public interface Consequences {
        /** Before anything begins that only the leader does. */
        void elected();

        /** Before the lease is given back, when this process is told to end: to stop what only the leader does. */
        void resigning();

        /** Leadership is gone, and exchanges of it may still be under way. */
        void lost();
    }

    private final KubernetesClient client;
    private final String leaseNamespace;
    private final Pace pace;
    private final LeaseGuard guard;
    private final Consequences consequences;

    /**
     * A service that is not started yet.
     *
     * @param cluster where the Lease is: in the namespace of this configuration, which is default where it names none
     */
    public LeaseClusterService(Config cluster, Pace pace, LeaseGuard guard, Consequences consequences) {
        this.client = impatient(cluster, pace);
        this.leaseNamespace = Objects.requireNonNullElse(cluster.getNamespace(), "default");
        this.pace = pace;
        this.guard = guard;
        this.consequences = consequences;
        guard.require(pace.renewDeadline());
    }

    /** With the usual ten repetitions of a failed request a leader would find out long after its lease has ended. */
    private static KubernetesClient impatient(Config cluster, Pace pace) {
        int timeout = (int) pace.renewDeadline().dividedBy(3).toMillis();
        return new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(cluster)
                        .withRequestRetryBackoffLimit(0)
                        .withRequestTimeout(timeout)
                        .withConnectionTimeout(timeout)
                        .build())
                .build();
    }

    @Override
    protected LeaseClusterView createView(String name) {
        return new LeaseClusterView(this, name, identity());
    }

    /** What only the leader does ends first, so that another takes over while the rest of this process ends. */
    @Override
    protected void doStart() throws Exception {
        super.doStart();
        getCamelContext().getManagementStrategy().addEventNotifier(new EventNotifierSupport() {
            @Override
            public boolean isEnabled(CamelEvent event) {
                return event.getType() == CamelEvent.Type.CamelContextStopping;
            }

            @Override
            public void notify(CamelEvent event) throws Exception {
                LeaseClusterService.this.stop();
            }
        });
    }

    /** A container that starts again has the name of the one before it. */
    private static String identity() {
        String host;
        try {
            host = InetAddress.getLocalHost().getHostName();
        } catch (UnknownHostException e) {
            host = "unknown";
        }
        return host + "_" + UUID.randomUUID();
    }

    @Override
    protected void doShutdown() throws Exception {
        super.doShutdown();
        client.close();
    }

    KubernetesClient client() {
        return client;
    }

    String leaseNamespace() {
        return leaseNamespace;
    }

    Pace pace() {
        return pace;
    }

    LeaseGuard guard() {
        return guard;
    }

    Consequences consequences() {
        return consequences;
    }
}
