package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.scriptrunner.domain.ObservedPod;
import com.github.scriptrunner.domain.Plan;
import com.github.scriptrunner.domain.PodToStart;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

class ActTest extends OneRoute {
    private static final String[] STEPS = {"hand-over", "release", "end", "start"};

    private final ObservedPod released = Samples.pod("released");
    private final ObservedPod unwanted = Samples.pod("unwanted");
    private final List<PodToStart> starts =
            List.of(Samples.start("start-1"), Samples.start("start-2"), Samples.start("start-3"));
    private final Plan plan = Samples.plan(List.of(Samples.recorded()), List.of(released), List.of(unwanted), starts);

    ActTest() {
        super("act", STEPS);
    }

    @Test
    void resultsAreHandedOverThenPodsReleasedThenEndedThenStarted() throws Exception {
        List<String> order = new CopyOnWriteArrayList<>();
        for (String step : STEPS) {
            mock(step).whenAnyExchangeReceived(exchange -> order.add(step));
        }
        mock("hand-over").expectedBodiesReceived(Samples.recorded());
        mock("release").expectedBodiesReceived(released);
        mock("end").expectedBodiesReceived(unwanted);
        mock("start").expectedBodiesReceivedInAnyOrder(starts);

        send(plan);

        for (String step : STEPS) {
            mock(step).assertIsSatisfied();
        }
        assertThat(order).containsExactly("hand-over", "release", "end", "start", "start", "start");
    }

    @Test
    void aPodThatFailsKeepsNoOtherFromBeingStarted() throws Exception {
        IllegalStateException failure = new IllegalStateException("of one pod");
        mock("start").whenExchangeReceived(1, exchange -> exchange.setException(failure));
        mock("start").expectedBodiesReceivedInAnyOrder(starts);

        assertThatThrownBy(() -> send(plan))
                .as("what no error configuration took")
                .hasRootCause(failure);

        mock("start").assertIsSatisfied();
    }

    @Test
    void whereTheRunnerIsGoneItsScriptsFollowItsPods() throws Exception {
        Plan gone = new Plan("ops/hello", null, null, false, List.of(), List.of(released), List.of(), List.of(), null);
        mock("release")
                .whenAnyExchangeReceived(exchange -> assertThat(api.lines()).isEmpty());
        mock("release").expectedBodiesReceived(released);

        send(gone);

        mock("release").assertIsSatisfied();
        assertThat(api.lines()).containsExactly("DELETE /api/v1/namespaces/ops/configmaps");
    }

    @Test
    void aPlanWithoutPodsDoesNothing() throws Exception {
        for (String step : STEPS) {
            mock(step).expectedMessageCount(0);
        }

        send(Samples.plan(List.of(), List.of(), List.of(), List.of()));

        for (String step : STEPS) {
            mock(step).assertIsSatisfied();
        }
        assertThat(api.lines()).isEmpty();
    }
}
