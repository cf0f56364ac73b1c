package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.scriptrunner.domain.Plan;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.util.List;
import org.junit.jupiter.api.Test;

class PatchStatusTest extends OneRoute {
    private final Plan plan = Samples.plan(List.of(), List.of(), List.of(), List.of(Samples.start("hello-1")));

    PatchStatusTest() {
        super("patch-status");
    }

    @Test
    void aStatusIsWrittenOnTheVersionThatWasPlannedOn() {
        Object after = send(plan);

        assertThat(api.requests()).singleElement().satisfies(request -> {
            assertThat(request.line())
                    .isEqualTo(
                            "PATCH /apis/scriptrunner.github.com/v1alpha1/namespaces/ops/scriptrunners/hello/status");
            assertThat(request.body()).contains("\"resourceVersion\":\"7\"").contains("\"uid\":\"uid-of-hello\"");
        });
        assertThat(after).as("what is acted on next").isSameAs(plan);
    }

    @Test
    void aStatusThatMovedOnMeanwhileFails() {
        api.refuse("PATCH", 409, "Conflict", "the object has been modified");

        assertThatThrownBy(() -> send(plan))
                .hasRootCauseInstanceOf(KubernetesClientException.class)
                .rootCause()
                .hasMessageContaining("the object has been modified");
    }

    @Test
    void ofARunnerThatIsGoneNothingIsWritten() {
        Plan gone = new Plan(
                "ops/gone", null, null, false, List.of(), List.of(Samples.pod("gone-1")), List.of(), List.of(), null);

        Object after = send(gone);

        assertThat(api.requests()).isEmpty();
        assertThat(after).isSameAs(gone);
    }
}
