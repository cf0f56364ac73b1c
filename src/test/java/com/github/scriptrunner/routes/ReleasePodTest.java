package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.domain.ObservedPod;
import org.junit.jupiter.api.Test;

class ReleasePodTest extends OneRoute {
    private final ObservedPod pod = Samples.pod("hello-1");

    ReleasePodTest() {
        super("release-pod", "delete-released");
    }

    @Test
    void aPodLosesOurFinalizerAndIsDeleted() throws Exception {
        mock("delete-released").expectedBodiesReceived(pod);

        send(pod);

        assertThat(api.requests()).singleElement().satisfies(request -> {
            assertThat(request.line()).isEqualTo("PATCH /api/v1/namespaces/ops/pods/hello-1");
            assertThat(request.body()).contains("$deleteFromPrimitiveList/finalizers");
        });
        mock("delete-released").assertIsSatisfied();
    }

    @Test
    void aPodThatIsGoneAlreadyIsNoError() throws Exception {
        api.refuse("pods/hello-1", 404, "NotFound", "no such pod");
        mock("delete-released").expectedBodiesReceived(pod);

        send(pod);

        mock("delete-released").assertIsSatisfied();
    }
}
