package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.domain.Observed;
import com.github.scriptrunner.domain.ObservedPod;
import com.github.scriptrunner.kubernetes.Runners;
import com.github.scriptrunner.kubernetes.TerminationMessages;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;

class CollectResultsTest extends OneRoute {
    CollectResultsTest() {
        super("collect-results", "read");
    }

    @Test
    void theResultsOfAllFinishedPodsAreAddedToWhatWasObserved() {
        Observed observed = threeFinishedPods();
        mock("read").whenAnyExchangeReceived(CollectResultsTest::read);

        Observed collected = (Observed) send(observed);

        assertThat(collected.results())
                .extracting(RunResult::podName)
                .containsExactlyElementsOf(
                        observed.finished().stream().map(ObservedPod::name).toList())
                .hasSize(3);
        assertThat(collected.pods()).isEqualTo(observed.pods());
    }

    @Test
    void whereNoPodHasFinishedWhatWasObservedGoesOn() {
        Observed observed = bean(Runners.class).observe("ops/hello");

        Object collected = send(observed);

        assertThat(collected).isSameAs(observed);
    }

    @Test
    void aResultThatFailsOnItsWayFailsTheRunner() {
        IllegalStateException failure = new IllegalStateException("no way");
        mock("read").whenExchangeReceived(1, CollectResultsTest::read);
        mock("read").whenExchangeReceived(2, exchange -> exchange.setException(failure));
        mock("read").whenExchangeReceived(3, CollectResultsTest::read);

        assertThatThrownBy(() -> send(threeFinishedPods())).hasRootCause(failure);
    }

    @Test
    void aRouteThatMakesSomethingElseOfAResultIsToldSo() {
        mock("read").whenAnyExchangeReceived(exchange -> exchange.getMessage().setBody("well done"));

        assertThatThrownBy(() -> send(threeFinishedPods()))
                .rootCause()
                .hasMessage("read-result has to end with a RunResult in the body, not with well done");
    }

    private Observed threeFinishedPods() {
        return finishedPods(Samples.MESSAGE, "n1", "n2", "n3");
    }

    private static void read(Exchange exchange) throws Exception {
        ObservedPod pod = exchange.getMessage().getBody(ObservedPod.class);
        exchange.getMessage().setBody(new TerminationMessages().resultOf(pod));
    }
}
