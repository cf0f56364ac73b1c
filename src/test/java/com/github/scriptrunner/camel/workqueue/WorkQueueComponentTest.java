package com.github.scriptrunner.camel.workqueue;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Collection;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import javax.management.ObjectName;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.ProducerTemplate;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;

class WorkQueueComponentTest {
    private final DefaultCamelContext context = new DefaultCamelContext();
    private final ProducerTemplate producer = context.createProducerTemplate();
    private final List<String> handedOut = new CopyOnWriteArrayList<>();

    @AfterEach
    void stop() {
        context.getShutdownStrategy().setTimeout(5);
        context.stop();
    }

    @Test
    void keysOfSeveralRoutesAreProcessedByOne() throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                from("direct:pods").to("workqueue:runners");
                from("direct:nodes").to("workqueue:runners");
            }
        });
        reader("workqueue:runners?workers=2", exchange -> {});
        context.start();

        producer.sendBody("direct:pods", "ops/a");
        producer.sendBody("direct:nodes", "ops/b");

        await().untilAsserted(() -> assertThat(handedOut).containsExactlyInAnyOrder("ops/a", "ops/b"));
    }

    @Test
    void manyEventsOfAKeyWhileItIsProcessedAreOneMoreExchange() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        AtomicInteger atOnce = new AtomicInteger();
        reader("workqueue:runners?workers=4", exchange -> {
            assertThat(atOnce.incrementAndGet()).isEqualTo(1);
            goOn.await();
            atOnce.decrementAndGet();
        });
        context.start();
        producer.sendBody("workqueue:runners", "a");
        await().until(() -> handedOut.size() == 1);

        for (int i = 0; i < 100; i++) {
            producer.sendBody("workqueue:runners", "a");
        }
        goOn.countDown();

        awaitIdle();
        assertThat(handedOut).containsExactly("a", "a");
    }

    @Test
    void aFailedKeyComesAgainAndTellsHowOftenItFailed() throws Exception {
        List<Integer> failures = new CopyOnWriteArrayList<>();
        reader("workqueue:runners?initialBackoff=1ms", exchange -> {
            int before = exchange.getMessage().getHeader(WorkQueueConstants.FAILURES, Integer.class);
            failures.add(before);
            if (before < 3) {
                throw new IllegalStateException("not yet");
            }
        });
        context.start();

        producer.sendBody("workqueue:runners", "a");

        await().untilAsserted(() -> assertThat(failures).containsExactly(0, 1, 2, 3));
    }

    @Test
    void aFailureIsOneLineAndItsStackTraceIsForDebugging() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(WorkQueueConsumer.class);
        Level before = logger.getLevel();
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        logger.setLevel(Level.DEBUG);
        try {
            reader("workqueue:runners?initialBackoff=1h&maxBackoff=1h", exchange -> {
                throw new IllegalStateException("conflict\n  on status");
            });
            context.start();

            producer.sendBody("workqueue:runners", "ops/a");

            await().untilAsserted(() -> assertThat(log.list).hasSize(2));
            ILoggingEvent line = log.list.get(0);
            assertThat(line.getLevel()).isEqualTo(Level.WARN);
            assertThat(line.getFormattedMessage())
                    .matches(
                            "workqueue:runners: ops/a failed \\(1 in a row\\), again in (3600000|3599\\d{3}) ms: conflict on status");
            assertThat(line.getThrowableProxy()).isNull();
            assertThat(log.list.get(1).getLevel()).isEqualTo(Level.DEBUG);
            assertThat(log.list.get(1).getThrowableProxy()).isNotNull();
        } finally {
            logger.setLevel(before);
            logger.detachAppender(log);
        }
    }

    @Test
    void anErrorOfOneKeyDoesNotCostTheOthersTheirWorker() throws Exception {
        reader("workqueue:runners?initialBackoff=1h&maxBackoff=1h", exchange -> {
            if (exchange.getMessage().getBody(String.class).equals("bad")) {
                throw new StackOverflowError();
            }
        });
        context.start();

        producer.sendBody("workqueue:runners", "bad");
        producer.sendBody("workqueue:runners", "good");

        await().untilAsserted(() -> assertThat(handedOut).containsExactly("bad", "good"));
    }

    @Test
    void aSuccessfulKeyComesAgainWhenItsRouteAsksForIt() throws Exception {
        List<Object> requests = List.of(Duration.ofMillis(1), "PT0.001S", "1ms");
        reader("workqueue:runners", exchange -> {
            if (handedOut.size() <= requests.size()) {
                exchange.getMessage().setHeader(WorkQueueConstants.REQUEUE_AFTER, requests.get(handedOut.size() - 1));
            }
        });
        context.start();

        producer.sendBody("workqueue:runners", "a");

        await().untilAsserted(() -> assertThat(handedOut).containsExactly("a", "a", "a", "a"));
        awaitIdle();
    }

    @Test
    void aTimeThatCannotBeReadIsAFailure() throws Exception {
        reader(
                "workqueue:runners?initialBackoff=1h&maxBackoff=1h",
                exchange -> exchange.getMessage().setHeader(WorkQueueConstants.REQUEUE_AFTER, "soon"));
        context.start();

        producer.sendBody("workqueue:runners", "a");

        await().untilAsserted(() -> assertThat(endpoint().getRetrying()).isEqualTo(1));
    }

    @Test
    void aKeyCanBeAddedForLater() throws Exception {
        reader("workqueue:runners", exchange -> {});
        context.start();

        producer.sendBodyAndHeader("workqueue:runners", "later", WorkQueueConstants.DELAY, Duration.ofHours(1));
        producer.sendBody("workqueue:runners", "now");

        await().untilAsserted(() -> assertThat(handedOut).containsExactly("now"));
        await().untilAsserted(() -> assertThat(endpoint().getDepth()).isEqualTo(1));
    }

    @Test
    void aBlankKeyIsRefused() {
        context.start();

        assertThatThrownBy(() -> producer.sendBody("workqueue:runners", " "))
                .hasRootCauseMessage("workqueue://runners: the body is the key and must not be blank");
    }

    @Test
    void aSecondReaderOfAQueueIsRefused() throws Exception {
        reader("workqueue:runners", exchange -> {});
        context.start();

        assertThatThrownBy(() -> context.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("workqueue:runners?workers=2").routeId("second").log("${body}");
                    }
                }))
                .hasMessageStartingWith(
                        "workqueue:runners is already read by route 'reader' and cannot be read by route"
                                + " 'second' too");

        producer.sendBody("workqueue:runners", "a");
        await().untilAsserted(() -> assertThat(handedOut).containsExactly("a"));
    }

    @Test
    void anOptionThatDoesNotExistIsRefused() {
        context.start();

        assertThatThrownBy(() -> context.getEndpoint("workqueue:runners?wrokers=2"))
                .hasMessageContaining("wrokers");
    }

    @Test
    void aSuspendedReaderIsHandedNothingUntilItResumes() throws Exception {
        reader("workqueue:runners", exchange -> {});
        context.start();
        context.getRouteController().suspendRoute("reader");
        producer.sendBody("workqueue:runners", "a");
        assertThat(endpoint().getDepth()).isEqualTo(1);
        assertThat(handedOut).isEmpty();

        context.getRouteController().resumeRoute("reader");

        await().untilAsserted(() -> assertThat(handedOut).containsExactly("a"));
    }

    @Test
    void stoppingLetsExchangesEndAndTheNextStartGoesOnWithWhatWaits() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        List<String> ended = new CopyOnWriteArrayList<>();
        reader("workqueue:runners", exchange -> {
            goOn.await();
            ended.add(exchange.getMessage().getBody(String.class));
        });
        context.start();
        producer.sendBody("workqueue:runners", "a");
        producer.sendBody("workqueue:runners", "b");
        await().until(() -> handedOut.size() == 1);

        Thread stopping = new Thread(this::stopReader);
        stopping.start();
        await().until(() -> !endpoint().queue().state().open());
        goOn.countDown();
        stopping.join();
        assertThat(ended).containsExactly("a");

        context.getRouteController().startRoute("reader");
        await().untilAsserted(() -> assertThat(ended).containsExactly("a", "b"));
    }

    @Test
    void workersThatHangAreNeitherReadyNorLive() throws Exception {
        CountDownLatch goOn = new CountDownLatch(1);
        reader("workqueue:runners?stuckAfter=20ms", exchange -> goOn.await());
        context.start();
        assertThat(HealthCheckHelper.invokeReadiness(context)).allMatch(this::isUp);

        producer.sendBody("workqueue:runners", "a");
        await().until(() -> handedOut.size() == 1);
        producer.sendBody("workqueue:runners", "b");

        for (Collection<HealthCheck.Result> results : List.of(awaitDown(true), awaitDown(false))) {
            HealthCheck.Result result = results.iterator().next();
            assertThat(result.getCheck().getId()).isEqualTo("workqueue-runners");
            assertThat(result.getMessage().orElseThrow()).matches("a is being processed for PT.*, longer than PT0.02S");
            assertThat(result.getDetails())
                    .containsEntry("depth", 2)
                    .containsEntry("oldest.key", "a")
                    .containsKey("oldest.age");
        }
        goOn.countDown();
        await().untilAsserted(() ->
                assertThat(HealthCheckHelper.invokeLiveness(context)).allMatch(this::isUp));
    }

    @Test
    void keysThatWaitForASuspendedReaderAreNoFault() throws Exception {
        reader("workqueue:runners?stuckAfter=0s", exchange -> {});
        context.start();
        context.getRouteController().suspendRoute("reader");

        producer.sendBody("workqueue:runners", "a");

        await().until(() ->
                !endpoint().queue().state().oldest().orElseThrow().age().isZero());
        assertThat(HealthCheckHelper.invokeLiveness(context)).allMatch(this::isUp);
    }

    @Test
    void aStoppedReaderLeavesNoHealthCheckBehind() throws Exception {
        reader("workqueue:runners", exchange -> {});
        context.start();

        stopReader();

        assertThat(HealthCheckRegistry.get(context).getCheck("workqueue-runners"))
                .isEmpty();
    }

    @Test
    void theQueueCanBeSeenOverJmx() throws Exception {
        reader("workqueue:runners", exchange -> {});
        context.start();

        producer.sendBodyAndHeader("workqueue:runners", "later", WorkQueueConstants.DELAY, Duration.ofHours(1));

        ObjectName name = new ObjectName(
                "org.apache.camel:context=" + context.getName() + ",type=endpoints,name=\"workqueue://runners\"");
        for (String attribute : List.of("Depth", "Waiting")) {
            assertThat(ManagementFactory.getPlatformMBeanServer().getAttribute(name, attribute))
                    .isEqualTo(1);
        }
    }

    /** A route {@code reader} that notes each key and then does the work. */
    private void reader(String uri, Processor work) throws Exception {
        context.addRoutes(new RouteBuilder() {
            @Override
            public void configure() {
                errorHandler(noErrorHandler());
                from(uri).routeId("reader").process(this::note).process(work);
            }

            private void note(Exchange exchange) {
                handedOut.add(exchange.getMessage().getBody(String.class));
            }
        });
    }

    private void stopReader() {
        try {
            context.getRouteController().stopRoute("reader");
        } catch (Exception e) {
            throw new IllegalStateException(e);
        }
    }

    private WorkQueueEndpoint endpoint() {
        return context.getEndpoint("workqueue:runners", WorkQueueEndpoint.class);
    }

    private void awaitIdle() {
        await().until(() -> endpoint().getDepth() == 0);
    }

    private boolean isUp(HealthCheck.Result result) {
        return result.getState() == HealthCheck.State.UP;
    }

    private Collection<HealthCheck.Result> awaitDown(boolean liveness) {
        return await().until(
                        () -> liveness
                                ? HealthCheckHelper.invokeLiveness(context)
                                : HealthCheckHelper.invokeReadiness(context),
                        results -> results.stream().anyMatch(result -> result.getState() == HealthCheck.State.DOWN));
    }
}
