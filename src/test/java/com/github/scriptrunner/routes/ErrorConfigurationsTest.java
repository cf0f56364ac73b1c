package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.spi.ILoggingEvent;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.domain.Setback;
import com.github.scriptrunner.kubernetes.Runners;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.MeterRegistry;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What each error configuration does, shown on a route that uses it. */
class ErrorConfigurationsTest extends RouteFiles {
    private static final String QUEUE = "workqueue:runners";

    ErrorConfigurationsTest() {
        super(
                "errors",
                "patch-status",
                "create-pod",
                "release-pod",
                "delete-pod",
                "read-result",
                "hand-over-result",
                "watch-pods");
        camelContextConfiguration().withMockEndpointsAndSkip(QUEUE);
    }

    @Override
    void advise() throws Exception {
        advise("watch-pods", route -> route.replaceFromWith("direct:watch-pods"));
        // routes are there to be changed: what fails may come after a step that left another body
        advise("create-pod", route -> route.weaveById("create").before().setBody(changed -> "changed"));
        advise(
                "read-result",
                route -> route.weaveById("read-termination-message").before().setBody(changed -> "changed"));
        advise(
                "hand-over-result",
                route -> route.weaveById("as-json").replace().throwException(NoMore.class, "no more"));
    }

    /** Of a target that has no room. */
    public static final class NoMore extends Exception {
        public NoMore(String message) {
            super(message);
        }
    }

    @Test
    void runnerAgainFailsTheExchangeAndLeavesTheLogToTheQueue() {
        api.refuse("PATCH", 409, "Conflict", "the object has been modified");

        try (Logged log = new Logged("org.apache.camel")) {
            assertThatThrownBy(() -> template.sendBody(
                            "direct:patch-status", Samples.plan(List.of(), List.of(), List.of(), List.of())))
                    .hasRootCauseInstanceOf(KubernetesClientException.class);

            assertThat(log.events())
                    .filteredOn(event -> event.getLevel() == Level.ERROR)
                    .isEmpty();
        }
    }

    @Test
    void setbackKeepsForTheNextPlanWhatWasSaidAndQueuesTheRunner() throws Exception {
        mock(QUEUE).expectedBodiesReceived("ops/hello");

        template.sendBody("direct:create-pod", Samples.start("refused"));

        mock(QUEUE).assertIsSatisfied();
        assertThat(setbacks().get("refused").message()).startsWith("The pod could not be created: ");
    }

    @Test
    void setbackCountsAPodOnceWhicheverOfItsRoutesFailed() throws Exception {
        api.refuse("DELETE", 403, "Forbidden", "pods is forbidden");
        mock(QUEUE).expectedBodiesReceived("ops/hello");

        template.sendBody("direct:release-pod", Samples.pod("not-deleted"));

        mock(QUEUE).assertIsSatisfied();
        Setback setback = setbacks().get("not-deleted");
        assertThat(setback.count()).isEqualTo(1);
        assertThat(setback.refused()).isTrue();
        assertThat(setback.message()).isEqualTo("The pod could not be removed: pods is forbidden");
    }

    @Test
    void setbackOfADeletionIsCountedUntilThePodIsDeleted() throws Exception {
        api.refuse("DELETE", 403, "Forbidden", "pods is forbidden");
        template.sendBody("direct:release-pod", Samples.pod("not-deleted"));
        template.sendBody("direct:release-pod", Samples.pod("not-deleted"));
        assertThat(setbacks().get("not-deleted").count()).isEqualTo(2);
        api.reset();

        template.sendBody("direct:release-pod", Samples.pod("not-deleted"));

        assertThat(setbacks()).isEmpty();
    }

    @Test
    void resultAsItIsMakesAResultOfThePodThatCameIn() {
        RunResult result =
                template.requestBody("direct:read-result", Samples.ended("hello-1", 3, "Segfault"), RunResult.class);

        assertThat(result.podName()).isEqualTo("hello-1");
        assertThat(result.outcome()).isEqualTo(Outcome.Failed);
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.stderr()).contains("left no result").contains("Segfault");
    }

    @Test
    void droppedResultCountsAndSaysWhichAndWhyAndFailsNobody() {
        try (Logged log = new Logged("com.github.scriptrunner.DroppedResults")) {
            template.sendBody("direct:hand-over-result", Samples.recorded());

            assertThat(log.events())
                    .extracting(ILoggingEvent::getFormattedMessage)
                    .containsExactly("ops/hello run 1 on n1 was not published: no more");
        }
        assertThat(bean(MeterRegistry.class)
                        .get("scriptrunner.results.dropped")
                        .counter()
                        .count())
                .isEqualTo(1);
    }

    @Test
    void lostEventSaysWhereAndFailsNobody() throws Exception {
        mock(QUEUE).expectedMessageCount(0);

        try (Logged log = new Logged("com.github.scriptrunner.events")) {
            template.sendBody("direct:watch-pods", "not a pod");

            assertThat(log.events())
                    .singleElement()
                    .satisfies(event -> assertThat(event.getFormattedMessage())
                            .startsWith("watch-pods: an event was not understood: "));
        }
        mock(QUEUE).assertIsSatisfied();
    }

    private Map<String, Setback> setbacks() {
        return bean(Runners.class).observe("ops/hello").setbacks();
    }
}
