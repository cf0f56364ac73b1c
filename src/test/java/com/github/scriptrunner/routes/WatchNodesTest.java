package com.github.scriptrunner.routes;

import com.github.scriptrunner.camel.informer.InformerConstants;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class WatchNodesTest extends OneRoute {
    WatchNodesTest() {
        super("watch-nodes", "queue-runner-of-node");
    }

    @BeforeEach
    void threeRunners() {
        known.runners.add(Samples.runner("everywhere"));
        known.runners.add(Samples.runnerOnNodesWith("on-disks", "disk", "ssd"));
        known.runners.add(Samples.runnerOnNodesWith("on-tapes", "disk", "tape"));
    }

    @Test
    void aNewNodeQueuesTheRunnersThatSelectIt() throws Exception {
        mock("queue-runner-of-node").expectedBodiesReceived("ops/everywhere", "ops/on-disks");

        send(Samples.node("n1", "disk", "ssd"));

        mock("queue-runner-of-node").assertIsSatisfied();
    }

    @Test
    void aRelabelledNodeQueuesTheRunnersThatSelectedItToo() throws Exception {
        mock("queue-runner-of-node").expectedBodiesReceived("ops/everywhere", "ops/on-disks", "ops/on-tapes");

        sendChange(Samples.node("n1", "disk", "ssd"), Samples.node("n1", "disk", "tape"));

        mock("queue-runner-of-node").assertIsSatisfied();
    }

    @Test
    void aHeartbeatQueuesNobody() throws Exception {
        Node before = Samples.node("n1", "disk", "ssd");
        Node after = new NodeBuilder(before)
                .editStatus()
                .editFirstCondition()
                .withLastHeartbeatTime("2026-01-01T00:05:00Z")
                .endCondition()
                .endStatus()
                .build();
        mock("queue-runner-of-node").expectedMessageCount(0);

        sendChange(before, after);

        mock("queue-runner-of-node").assertIsSatisfied();
    }

    private void sendChange(Node before, Node after) {
        template.sendBodyAndHeader("direct:watch-nodes", after, InformerConstants.OLD_OBJECT, before);
    }
}
