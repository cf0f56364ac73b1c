package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.Map;
import org.apache.camel.Exchange;
import org.apache.camel.component.seda.SedaEndpoint;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class HandOverResultTest extends OneRoute {
    HandOverResultTest() {
        super("hand-over-result");
    }

    @BeforeEach
    void nothingIsQueued() {
        queue().purgeQueue();
    }

    @Test
    void aResultIsQueuedAsJsonWithHeadersThatSayWhatItIs() throws Exception {
        send(Samples.recorded());

        Exchange queued = queue().getExchanges().get(0);
        assertThat(queued.getMessage().getHeaders())
                .containsAllEntriesOf(
                        Map.of("runner", "hello", "namespace", "ops", "node", "n1", "run", 1, "outcome", "Failed"));
        assertThat(new ObjectMapper().readTree(queued.getMessage().getBody(String.class)))
                .isEqualTo(new ObjectMapper().readTree("""
                        {"namespace": "ops", "runner": "hello", "node": "n1", "result": {"run": 1, "revision": 1, "outcome": "Failed",
                         "stderr": "Nothing.", "startTime": "2026-01-01T00:00:00Z", "finishTime": "2026-01-01T00:00:01Z",
                         "podName": "hello-1"}}"""));
    }

    @Test
    void whereNobodyFetchesThemResultsBeyondTheThousandAreDroppedAndCounted() {
        for (int i = 0; i < 1002; i++) {
            send(Samples.recorded());
        }

        assertThat(queue().getExchanges()).hasSize(1000);
        assertThat(bean(MeterRegistry.class)
                        .get("scriptrunner.results.dropped")
                        .counter()
                        .count())
                .isEqualTo(2);
    }

    private SedaEndpoint queue() {
        return context.getEndpoint("seda:publish-result?size=1000&waitForTaskToComplete=Never", SedaEndpoint.class);
    }
}
