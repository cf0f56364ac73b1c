package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.spi.ILoggingEvent;
import java.util.Map;
import org.junit.jupiter.api.Test;

class PublishResultTest extends OneRoute {
    PublishResultTest() {
        super("publish-result");
    }

    @Test
    void aResultIsALineInTheLog() {
        try (Logged log = new Logged("com.github.scriptrunner.results")) {
            template.sendBodyAndHeaders(
                    "direct:publish-result",
                    "{}",
                    Map.of("namespace", "ops", "runner", "hello", "run", 1, "node", "n1", "outcome", "Failed"));

            assertThat(log.events())
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly("ops/hello run 1 on n1: Failed");
        }
    }
}
