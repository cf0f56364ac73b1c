package com.github.scriptrunner.routes;

import org.junit.jupiter.api.Test;

class WatchScriptrunnersTest extends OneRoute {
    WatchScriptrunnersTest() {
        super("watch-scriptrunners", "queue-runner");
    }

    @Test
    void aRunnerWithNewsIsQueued() throws Exception {
        mock("queue-runner").expectedBodiesReceived("ops/hello");

        send(Samples.runner("hello"));

        mock("queue-runner").assertIsSatisfied();
    }
}
