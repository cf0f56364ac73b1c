package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerSpec;
import com.github.scriptrunner.camel.workqueue.WorkQueueConstants;
import com.github.scriptrunner.domain.Observed;
import com.github.scriptrunner.domain.Plan;
import com.github.scriptrunner.domain.Planner;
import com.github.scriptrunner.kubernetes.Runners;
import java.time.Duration;
import java.util.List;
import org.apache.camel.Exchange;
import org.junit.jupiter.api.Test;

class ReconcileRunnerTest extends OneRoute {
    ReconcileRunnerTest() {
        super("reconcile-runner", "collect", "write", "then-act");
    }

    @Test
    void aRunnerIsObservedAndPlannedThenWrittenAndOnlyThenActedOn() throws Exception {
        known.runners.add(Samples.runner("hello"));
        known.nodes.add(Samples.node("n1", "disk", "ssd"));
        mock("collect").expectedMessageCount(1);
        mock("write").expectedMessageCount(1);
        mock("write")
                .whenAnyExchangeReceived(exchange ->
                        assertThat(mock("then-act").getReceivedCounter()).isZero());
        mock("then-act").expectedMessageCount(1);

        Exchange reconciled = reconcile("ops/hello");

        assertThat(reconciled.getException()).isNull();
        mock("collect").assertIsSatisfied();
        mock("write").assertIsSatisfied();
        mock("then-act").assertIsSatisfied();
        assertThat(body("collect", Observed.class).runner()).isEqualTo(known.runners.get(0));
        Plan plan = body("write", Plan.class);
        assertThat(plan.starts())
                .singleElement()
                .satisfies(start -> assertThat(start.nodeName()).isEqualTo("n1"));
        assertThat(body("then-act", Plan.class)).isSameAs(plan);
    }

    @Test
    void theQueueIsToldWhenToLookAgain() {
        ScriptRunner runner = Samples.runner("hello");
        runner.setSpec(new ScriptRunnerSpec("print(1)", null, null, null, 60, null, null, null));
        known.runners.add(runner);
        known.nodes.add(Samples.node("n1", "disk", "ssd"));

        Exchange reconciled = reconcile("ops/hello");

        assertThat(reconciled.getMessage().getHeader(WorkQueueConstants.REQUEUE_AFTER, Duration.class))
                .isBetween(Duration.ofSeconds(58), Duration.ofSeconds(60));
    }

    @Test
    void aRunnerWithNothingToDoIsNeitherWrittenNorActedOn() throws Exception {
        ScriptRunner runner = Samples.runner("hello");
        known.runners.add(runner);
        runner.setStatus(Planner.plan(bean(Runners.class).observe("ops/hello")).status());
        mock("write").expectedMessageCount(0);
        mock("then-act").expectedMessageCount(0);

        Exchange reconciled = reconcile("ops/hello");

        assertThat(reconciled.getException()).isNull();
        assertThat(reconciled.getMessage().getBody(Plan.class).isIdle()).isTrue();
        assertThat(reconciled.getMessage().getHeader(WorkQueueConstants.REQUEUE_AFTER))
                .isNull();
        mock("write").assertIsSatisfied();
        mock("then-act").assertIsSatisfied();
    }

    @Test
    void aRunnerThatIsGoneIsActedOn() throws Exception {
        mock("then-act").expectedMessageCount(1);

        Exchange reconciled = reconcile("ops/gone");

        assertThat(reconciled.getException()).isNull();
        mock("then-act").assertIsSatisfied();
    }

    @Test
    void whatCannotBeWrittenIsNotActedOnAndFailsForTheQueue() throws Exception {
        known.runners.add(Samples.runner("hello"));
        known.nodes.add(Samples.node("n1", "disk", "ssd"));
        IllegalStateException refused = new IllegalStateException("refused");
        mock("write").whenAnyExchangeReceived(exchange -> exchange.setException(refused));
        mock("then-act").expectedMessageCount(0);

        Exchange reconciled = reconcile("ops/hello");

        assertThat(reconciled.getException()).isSameAs(refused);
        mock("then-act").assertIsSatisfied();
    }

    @Test
    void theResultsThatWereCollectedArePlannedWith() {
        ScriptRunner runner = Samples.runner("hello");
        known.runners.add(runner);
        mock("collect").whenAnyExchangeReceived(exchange -> {
            Observed observed = exchange.getMessage().getBody(Observed.class);
            exchange.getMessage()
                    .setBody(new Observed(
                            "ops/other",
                            observed.time(),
                            null,
                            List.of(),
                            List.of(),
                            observed.setbacks(),
                            null,
                            List.of()));
        });

        Exchange reconciled = reconcile("ops/hello");

        assertThat(reconciled.getMessage().getBody(Plan.class).key()).isEqualTo("ops/other");
    }

    private Exchange reconcile(String key) {
        return template.request(
                "direct:reconcile-runner", exchange -> exchange.getMessage().setBody(key));
    }

    private <T> T body(String step, Class<T> type) {
        return mock(step).getReceivedExchanges().get(0).getMessage().getBody(type);
    }
}
