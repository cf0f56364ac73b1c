package com.github.scriptrunner.routes;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.api.Test;

class WatchPodsTest extends OneRoute {
    WatchPodsTest() {
        super("watch-pods", "queue-runner-of-pod");
    }

    @Test
    void theOwnerOfAPodIsQueued() throws Exception {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace("ops")
                .withName("hello-1f0c2a9b7e")
                .addNewOwnerReference()
                .withKind("ScriptRunner")
                .withName("hello")
                .endOwnerReference()
                .endMetadata()
                .build();
        mock("queue-runner-of-pod").expectedBodiesReceived("ops/hello");

        send(pod);

        mock("queue-runner-of-pod").assertIsSatisfied();
    }

    @Test
    void aPodWithoutAnOwnerQueuesNoRunner() throws Exception {
        Pod pod = new PodBuilder()
                .withNewMetadata()
                .withNamespace("ops")
                .withName("a-stranger")
                .endMetadata()
                .build();
        mock("queue-runner-of-pod").expectedMessageCount(0);

        send(pod);

        mock("queue-runner-of-pod").assertIsSatisfied();
    }
}
