package com.github.scriptrunner.camel.cluster;

import io.fabric8.kubernetes.client.extended.leaderelection.LeaderCallbacks;
import io.fabric8.kubernetes.client.extended.leaderelection.LeaderElectionConfig;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import org.apache.camel.CamelContext;
import org.apache.camel.ExtendedStartupListener;
import org.apache.camel.cluster.CamelClusterMember;
import org.apache.camel.support.cluster.AbstractCamelClusterView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Takes part in one election, from its start until it is stopped; stopping gives the lease back. */
final class LeaseClusterView extends AbstractCamelClusterView {
    private static final Logger LOG = LoggerFactory.getLogger(LeaseClusterView.class);

    private record Member(String id, boolean isLeader, boolean isLocal) implements CamelClusterMember {
        @Override
        public String getId() {
            return id;
        }
    }

    private final LeaseClusterService service;
    private final String identity;
    private volatile String holder = "";
    /** Whether what only the leader does may begin: a little after the lease was taken. */
    private volatile boolean leading;

    private volatile boolean stopping;
    private ExecutorService beginning;
    private CompletableFuture<?> election;

    LeaseClusterView(LeaseClusterService service, String name, String identity) {
        super(service, name);
        this.service = service;
        this.identity = identity;
    }

    @Override
    public Optional<CamelClusterMember> getLeader() {
        String name = holder;
        return name.isEmpty() ? Optional.empty() : Optional.of(new Member(name, true, name.equals(identity)));
    }

    @Override
    public CamelClusterMember getLocalMember() {
        return new Member(identity, leading, true);
    }

    /** Those that wait leave no trace in a Lease. */
    @Override
    public List<CamelClusterMember> getMembers() {
        return getLeader()
                .filter(leader -> !leader.isLocal())
                .map(leader -> List.of(getLocalMember(), leader))
                .orElse(List.of(getLocalMember()));
    }

    /** Whoever leads has to be able to: it takes part once all routes run. */
    @Override
    protected void doStart() throws Exception {
        if (getCamelContext().isStarted()) {
            takePart();
        } else {
            getCamelContext().addStartupListener(new ExtendedStartupListener() {
                @Override
                public void onCamelContextStarted(CamelContext context, boolean alreadyStarted) {
                    // not all routes run yet
                }

                @Override
                public void onCamelContextFullyStarted(CamelContext context, boolean alreadyStarted) {
                    takePart();
                }
            });
        }
    }

    private void takePart() {
        stopping = false;
        service.guard().standing();
        beginning = getCamelContext().getExecutorServiceManager().newSingleThreadExecutor(this, "leadership");
        TimedLease lease =
                new TimedLease(service.leaseNamespace(), getNamespace(), identity, service.guard(), System::nanoTime);
        LeaderCallbacks callbacks = new LeaderCallbacks(this::taken, this::lost, this::heldBy);
        election = service.client()
                .leaderElector()
                .withConfig(config(lease, callbacks))
                .build()
                .start();
    }

    private LeaderElectionConfig config(TimedLease lease, LeaderCallbacks callbacks) {
        LeaseClusterService.Pace pace = service.pace();
        return new LeaderElectionConfig(
                lease, pace.lease(), pace.renewDeadline(), pace.renewal(), callbacks, true, getNamespace()) {
            @Override
            public Duration getRetryPeriod() {
                return holder.equals(identity) ? pace.renewal() : pace.attempt();
            }
        };
    }

    private void heldBy(String name) {
        holder = name == null ? "" : name;
        LOG.info("{} is led by {}", getNamespace(), holder.isEmpty() ? "nobody" : holder);
    }

    /** Not on the thread that renews the lease, for it takes a while. */
    private void taken() {
        beginning.execute(() -> {
            service.consequences().elected();
            leading = true;
            fireLeadershipChangedEvent(getLocalMember());
        });
    }

    private void lost() {
        leading = false;
        if (!stopping) {
            service.guard().ended();
            LOG.error("{} is not led by this process any more", getNamespace());
            service.consequences().lost();
        }
    }

    @Override
    protected void doStop() {
        stopping = true;
        // absent where the routes could not start
        if (election != null) {
            if (leading) {
                service.consequences().resigning();
            }
            election.cancel(true);
            getCamelContext().getExecutorServiceManager().shutdownNow(beginning);
        }
    }
}
