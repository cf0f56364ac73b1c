package com.github.scriptrunner.camel.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.playground.apiserver.ApiServer;
import com.github.scriptrunner.playground.node.PodLogs;
import io.fabric8.kubernetes.api.model.coordination.v1.Lease;
import io.fabric8.kubernetes.api.model.coordination.v1.LeaseBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneOffset;
import java.time.ZonedDateTime;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.apache.camel.CamelContext;
import org.apache.camel.cluster.CamelClusterEventListener;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Elections on an API server, in a pace that suits tests. */
class LeaseClusterServiceTest {
    private static final Duration LEASE = Duration.ofSeconds(2);
    private static final LeaseClusterService.Pace PACE = new LeaseClusterService.Pace(
            LEASE, Duration.ofMillis(1500), Duration.ofMillis(200), Duration.ofMillis(100));
    private static final String NAME = "an-operator";

    private final List<Candidate> candidates = new CopyOnWriteArrayList<>();
    private ApiServer api;
    private KubernetesClient client;

    /** A process that takes part, and what it was told, in order. */
    private final class Candidate implements LeaseClusterService.Consequences {
        final List<String> told = new CopyOnWriteArrayList<>();
        final CamelContext context = new DefaultCamelContext();
        final LeaseClusterService service;

        Candidate() throws Exception {
            this(PACE);
        }

        Candidate(LeaseClusterService.Pace pace) throws Exception {
            service = new LeaseClusterService(client.getConfiguration(), pace, new LeaseGuard(System::nanoTime), this);
            candidates.add(this);
            context.addService(service);
            context.start();
            service.getView(NAME).addEventListener((CamelClusterEventListener.Leadership) (view, leader) -> {
                if (view.getLocalMember().isLeader()) {
                    told.add("leader");
                }
            });
        }

        @Override
        public void elected() {
            told.add("elected");
        }

        @Override
        public void resigning() {
            told.add("resigning");
        }

        @Override
        public void lost() {
            told.add("lost");
        }

        void awaitLeads() {
            await().untilAsserted(() -> assertThat(told).containsExactly("elected", "leader"));
        }
    }

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        api = ApiServer.start(directory, new PodLogs());
        client = api.newClient();
    }

    @AfterEach
    void stop() {
        candidates.forEach(candidate -> candidate.context.stop());
        client.close();
        api.close();
    }

    @Test
    void oneLeads() throws Exception {
        Candidate first = new Candidate();
        first.awaitLeads();

        Candidate second = new Candidate();

        await().until(() -> second.service.getView(NAME).getLeader().isPresent());
        assertThat(second.told).isEmpty();
        assertThat(first.service.isLeader(NAME)).isTrue();
        assertThat(second.service.isLeader(NAME)).isFalse();
        assertThat(lease().get().getSpec().getHolderIdentity())
                .isEqualTo(
                        second.service.getView(NAME).getLeader().orElseThrow().getId());
    }

    @Test
    void aLeaderThatStopsLetsTheOtherLeadAtOnce() throws Exception {
        // longer than anyone here waits
        LeaseClusterService.Pace ofAnHour =
                new LeaseClusterService.Pace(Duration.ofHours(1), PACE.renewDeadline(), PACE.renewal(), PACE.attempt());
        Candidate first = new Candidate(ofAnHour);
        first.awaitLeads();
        Candidate second = new Candidate(ofAnHour);

        first.context.stop();

        second.awaitLeads();
        assertThat(first.told).containsExactly("elected", "leader", "resigning");
    }

    @Test
    void aLeaderWhoseLeaseWasTakenIsTold() throws Exception {
        Candidate leader = new Candidate();
        leader.awaitLeads();

        lease().patch(PatchContext.of(PatchType.JSON_MERGE), "{\"spec\": {\"holderIdentity\": \"somebody-else\"}}");

        await().untilAsserted(() -> assertThat(leader.told).containsExactly("elected", "leader", "lost"));
        assertThat(leader.service.isLeader(NAME)).isFalse();
    }

    @Test
    void aLeaderThatCannotReachTheApiIsTold() throws Exception {
        Candidate leader = new Candidate();
        leader.awaitLeads();

        api.close();

        await().untilAsserted(() -> assertThat(leader.told).containsExactly("elected", "leader", "lost"));
    }

    @Test
    void aLeaseIsNotTakenFromALeaderWhoseClockIsSlow() throws Exception {
        ZonedDateTime hoursAgo = ZonedDateTime.now(ZoneOffset.UTC).minusHours(3);
        client.resource(heldSince(hoursAgo)).create();
        Candidate other = new Candidate();
        await().until(() -> other.service.getView(NAME).getLeader().isPresent());

        for (int renewal = 1; renewal <= 6; renewal++) {
            ZonedDateTime later = hoursAgo.plusSeconds(renewal);
            await().pollDelay(LEASE.dividedBy(4)).until(() -> true);
            lease().edit(found -> new LeaseBuilder(found)
                    .editSpec()
                    .withRenewTime(later)
                    .endSpec()
                    .build());
        }

        assertThat(other.told).isEmpty();
    }

    @Test
    void aLeaseIsTakenFromALeaderThatIsGoneAndWhoseClockWasFast() throws Exception {
        client.resource(heldSince(ZonedDateTime.now(ZoneOffset.UTC).plusHours(3)))
                .create();

        Candidate other = new Candidate();

        other.awaitLeads();
    }

    @Test
    void aLeaseWithNothingInItIsNobodys() throws Exception {
        client.resource(new LeaseBuilder()
                        .withNewMetadata()
                        .withName(NAME)
                        .withNamespace("default")
                        .endMetadata()
                        .withNewSpec()
                        .endSpec()
                        .build())
                .create();

        Candidate candidate = new Candidate();

        candidate.awaitLeads();
    }

    private Resource<Lease> lease() {
        return client.leases().inNamespace("default").withName(NAME);
    }

    private static Lease heldSince(ZonedDateTime time) {
        return new LeaseBuilder()
                .withNewMetadata()
                .withName(NAME)
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withHolderIdentity("somebody-else")
                .withLeaseDurationSeconds((int) LEASE.toSeconds())
                .withAcquireTime(time)
                .withRenewTime(time)
                .withLeaseTransitions(1)
                .endSpec()
                .build();
    }
}
