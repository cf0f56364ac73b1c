package com.github.scriptrunner.routes;

import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import org.junit.jupiter.api.Test;

class WatchPodsTest extends OneRoute {
    private static final OwnerReference CONTROLLER = new OwnerReferenceBuilder()
            .withApiVersion("scriptrunner.github.com/v1alpha1")
            .withKind("ScriptRunner")
            .withName("hello")
            .withUid("uid-of-hello")
            .withController(true)
            .build();

    private static final OwnerReference OTHER = new OwnerReferenceBuilder()
            .withApiVersion("v1")
            .withKind("ConfigMap")
            .withName("another")
            .withUid("uid-of-another")
            .build();

    WatchPodsTest() {
        super("watch-pods", "queue-runner-of-pod");
    }

    private static Pod ownedBy(OwnerReference... owners) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace("ops")
                .withName("hello-1f0c2a9b7e")
                .withOwnerReferences(owners)
                .endMetadata()
                .build();
    }

    @Test
    void theRunnerOfAPodIsQueuedWhoeverElseOwnsIt() throws Exception {
        mock("queue-runner-of-pod").expectedBodiesReceived("ops/hello", "ops/hello");

        send(ownedBy(CONTROLLER));
        send(ownedBy(OTHER, CONTROLLER));

        mock("queue-runner-of-pod").assertIsSatisfied();
    }

    @Test
    void aPodOfNoRunnerQueuesNone() throws Exception {
        mock("queue-runner-of-pod").expectedMessageCount(0);

        send(ownedBy());
        send(ownedBy(OTHER));

        mock("queue-runner-of-pod").assertIsSatisfied();
    }
}
