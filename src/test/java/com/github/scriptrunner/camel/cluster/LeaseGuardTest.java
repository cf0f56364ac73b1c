package com.github.scriptrunner.camel.cluster;

import static org.assertj.core.api.Assertions.assertThatNoException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.http.StandardHttpRequest;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class LeaseGuardTest {
    private static final Duration DEADLINE = Duration.ofSeconds(8);

    private long now;
    private final LeaseGuard guard = new LeaseGuard(() -> now);

    @Test
    void withoutAnElectionEverybodyWrites() {
        assertThatNoException().isThrownBy(() -> send("PATCH"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"POST", "PUT", "PATCH", "DELETE"})
    void whoHasNoLeaseWritesNothing(String method) {
        guard.require(DEADLINE);

        assertThatThrownBy(() -> send(method))
                .isInstanceOf(KubernetesClientException.class)
                .hasMessage("%s /api/v1/pods was not sent, this process does not lead: the lease is not ours", method);
    }

    @Test
    void whoHasNoLeaseReads() {
        guard.require(DEADLINE);

        assertThatNoException().isThrownBy(() -> send("GET"));
    }

    @Test
    void aLeaderWritesUntilItsRenewDeadline() {
        guard.require(DEADLINE);
        guard.renewed(now);

        now += DEADLINE.toNanos() - 1;

        assertThatNoException().isThrownBy(() -> send("POST"));
    }

    @Test
    void aLeaderThatStoodStillWritesNothing() {
        guard.require(DEADLINE);
        guard.renewed(now);

        now += DEADLINE.toNanos();

        assertThatThrownBy(() -> send("POST"))
                .hasMessageEndingWith("the lease was renewed 8000 ms ago, which is too long");
    }

    @Test
    void aRenewalLetsItWriteAgain() {
        guard.require(DEADLINE);
        guard.renewed(now);
        now += DEADLINE.toNanos();

        guard.renewed(now);

        assertThatNoException().isThrownBy(() -> send("POST"));
    }

    @Test
    void whoGaveTheLeaseBackWritesNothing() {
        guard.require(DEADLINE);
        guard.renewed(now);

        guard.ended();

        assertThatThrownBy(() -> send("DELETE")).hasMessageEndingWith("the lease is not ours");
    }

    @Test
    void whoResignedWritesNothingThoughTheLeaseIsRenewed() {
        guard.require(DEADLINE);
        guard.resigned();

        guard.renewed(now);

        assertThatThrownBy(() -> send("POST")).hasMessageEndingWith("it ends");
    }

    @Test
    void whoStandsAgainWritesAgain() {
        guard.require(DEADLINE);
        guard.renewed(now);
        guard.resigned();

        guard.standing();

        assertThatNoException().isThrownBy(() -> send("POST"));
    }

    private void send(String method) {
        StandardHttpRequest.Builder builder = new StandardHttpRequest.Builder();
        guard.before(
                builder,
                builder.uri("https://localhost/api/v1/pods")
                        .method(method, "application/json", null)
                        .build(),
                null);
    }
}
