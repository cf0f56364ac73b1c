package com.github.scriptrunner.camel.informer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.cache.Indexer;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.apache.camel.Exchange;
import org.apache.camel.Processor;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.health.HealthCheckHelper;
import org.apache.camel.health.HealthCheckRegistry;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.slf4j.LoggerFactory;

class InformerComponentTest {
    @Group("example.com")
    @Version("v1alpha1")
    public static class Widget extends CustomResource<Void, Void> implements Namespaced {}

    private final DefaultCamelContext context = new DefaultCamelContext();
    /** "ACTION NAME@VERSION", and the version before where there is one. */
    private final List<String> events = new CopyOnWriteArrayList<>();

    private FakeApi api = new FakeApi();
    private KubernetesClient client = api.client();

    @AfterEach
    void close() {
        context.stop();
        client.close();
        api.close();
    }

    @Test
    void whatExistsIsAddedAndChangesFollow() throws Exception {
        api.put("a");
        api.put("b");
        start(
                "informer:pods",
                exchange -> assertThat(exchange.getMessage().getBody()).isInstanceOf(Pod.class));
        awaitEvents("ADDED a@1", "ADDED b@2");

        api.put("c");
        api.put("a");
        api.delete("b");

        awaitEvents("ADDED a@1", "ADDED b@2", "ADDED c@3", "MODIFIED a@4 was 1", "DELETED b@5");
    }

    @Test
    void theFirstListIsAConsistentOne() throws Exception {
        start("informer:pods?namespace=ops&labelSelector=app%3Dx");

        assertThat(api.lists).containsExactly("/api/v1/namespaces/ops/pods?labelSelector=app%3Dx&limit=500");
    }

    @Test
    void afterA410WhatChangedMeanwhileIsToldDeletionsIncluded() throws Exception {
        api.put("a");
        api.put("b");
        api.put("same");
        start("informer:pods");
        awaitEvents("ADDED a@1", "ADDED b@2", "ADDED same@3");
        await().until(() -> api.openWatches() == 1);

        api.expireWatches(() -> {
            api.put("a");
            api.delete("b");
            api.put("c");
        });

        await().until(() -> events.size() == 6);
        assertThat(events.subList(3, 6)).containsExactlyInAnyOrder("MODIFIED a@4 was 1", "ADDED c@6", "DELETED b@2");
    }

    @Test
    void aWatchThatEndsGoesOnWhereItWas() throws Exception {
        api.put("a");
        start("informer:pods");
        await().until(() -> api.openWatches() == 1);

        api.endWatches();
        api.put("b");

        awaitEvents("ADDED a@1", "ADDED b@2");
        assertThat(api.lists).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403, 404, 429, 500, 503, FakeApi.HANG})
    void aListThatFailsTwiceIsTriedAgain(int answer) throws Exception {
        api.put("a");
        api.nextLists.addAll(List.of(answer, answer));

        start("informer:pods");

        awaitEvents("ADDED a@1");
        assertThat(api.lists).hasSize(3);
    }

    @Test
    @Timeout(60)
    void anApiThatComesLateIsFoundAndTheStartDoesNotWaitForIt() throws Exception {
        int port = api.port();
        api.close();
        start("informer:pods?syncTimeout=1h");
        assertThat(result().orElseThrow().getMessage().orElseThrow()).startsWith("The first list has not arrived");

        api = new FakeApi("v1", "Pod", port);
        api.put("a");

        awaitEvents("ADDED a@1");
    }

    @Test
    void theStartGoesOnWithoutTheFirstListAndSaysSo() throws Exception {
        Logger logger = (Logger) LoggerFactory.getLogger(InformerConsumer.class);
        ListAppender<ILoggingEvent> log = new ListAppender<>();
        log.start();
        logger.addAppender(log);
        try {
            api.nextLists.add(FakeApi.HANG);

            start("informer:pods?syncTimeout=10ms");

            assertThat(log.list).hasSize(1);
            assertThat(log.list.get(0).getLevel()).isEqualTo(Level.WARN);
            assertThat(log.list.get(0).getFormattedMessage())
                    .isEqualTo("informer:pods has no answer after 0 s; the start goes on without");
        } finally {
            logger.detachAppender(log);
        }
    }

    @Test
    void itIsNotReadyBeforeTheFirstListAndTellsWhy() throws Exception {
        api.nextLists.addAll(List.of(403, 403, 403, 403, 403, 403));

        start("informer:pods");

        await().untilAsserted(() -> {
            HealthCheck.Result result = result().orElseThrow();
            assertThat(result.getState()).isEqualTo(HealthCheck.State.DOWN);
            assertThat(result.getMessage().orElseThrow())
                    .startsWith("The first list has not arrived: ")
                    .contains("the test says 403");
            assertThat(result.getDetails()).containsKeys("down.since", "failure.last");
        });
        assertThat(HealthCheckHelper.invokeLiveness(context)).allMatch(InformerComponentTest::isUp);
        await().untilAsserted(() ->
                assertThat(HealthCheckHelper.invokeReadiness(context)).allMatch(InformerComponentTest::isUp));
    }

    @Test
    void theCacheCanBeReadByTheRestOfTheProgram() throws Exception {
        api.put("a");
        Map<String, Function<HasMetadata, List<String>>> indexers =
                Map.of("initial", pod -> List.of(pod.getMetadata().getName().substring(0, 1)));
        context.getRegistry().bind("byInitial", indexers);
        start("informer:pods?indexers=#byInitial");
        InformerComponent informers = context.getComponent("informer", InformerComponent.class);

        Indexer<Pod> pods = informers.indexer("pods");

        assertThat(informers.hasSynced("pods")).isTrue();
        assertThat(pods.getByKey("ops/a").getMetadata().getResourceVersion()).isEqualTo("1");
        assertThat(pods.byIndex("initial", "a")).hasSize(1);
        context.getRouteController().stopRoute("events");
        assertThatThrownBy(pods::list)
                .hasMessage(
                        "There is no informer:pods: no route begins with it, or that route does not run. There are: []");
        context.getRouteController().startRoute("events");
        assertThat(pods.list()).hasSize(1);
    }

    @Test
    void aNameThatNoInformerHasIsAnErrorThatListsThem() throws Exception {
        start("informer:pods");
        InformerComponent informers = context.getComponent("informer", InformerComponent.class);

        assertThatThrownBy(() -> informers.hasSynced("pod"))
                .hasMessage(
                        "There is no informer:pod: no route begins with it, or that route does not run. There are: [pods]");
    }

    @Test
    void aKindOfNoClassArrivesAsItIs() throws Exception {
        widgets();

        start(
                "informer:widgets?group=example.com&version=v1alpha1",
                exchange -> assertThat(exchange.getMessage().getBody()).isInstanceOf(GenericKubernetesResource.class));

        awaitEvents("ADDED a@1");
        assertThat(api.lists.get(0)).startsWith("/apis/example.com/v1alpha1/widgets?");
    }

    @Test
    void aCustomResourceArrivesAsItsClass() throws Exception {
        widgets();

        start(
                "informer:widgets?type=" + Widget.class.getName(),
                exchange -> assertThat(exchange.getMessage().getBody()).isInstanceOf(Widget.class));

        awaitEvents("ADDED a@1");
    }

    @Test
    void aClassOfAnotherKindIsRefused() {
        assertThatThrownBy(() -> start("informer:widgets?type=" + Node.class.getName()))
                .hasStackTraceContaining("io.fabric8.kubernetes.api.model.Node is nodes of v1");
    }

    @Test
    void anEventWhoseRouteFailsIsLoggedAndTheNextOnesFollow() throws Exception {
        start("informer:pods", exchange -> {
            switch (exchange.getMessage().getBody(Pod.class).getMetadata().getName()) {
                case "bad" -> throw new IllegalStateException("as the test wants it");
                case "worse" -> throw new StackOverflowError();
                default -> {}
            }
        });

        api.put("bad");
        api.put("worse");
        api.put("good");

        awaitEvents("ADDED bad@1", "ADDED worse@2", "ADDED good@3");
        api.put("worse");
        await().until(() -> events.size() == 4);
        await().until(() -> context.getInflightRepository().size() == 0);
    }

    @Test
    void eventsComeInOrderOnOneThread() throws Exception {
        Set<Thread> threads = ConcurrentHashMap.newKeySet();
        start("informer:pods", exchange -> threads.add(Thread.currentThread()));

        for (int i = 0; i < 100; i++) {
            api.put("a");
        }

        await().until(() -> events.size() == 100);
        assertThat(events.get(99)).isEqualTo("MODIFIED a@100 was 99");
        assertThat(threads).hasSize(1);
    }

    @Test
    void restartsLeaveNoWatchAndNoThreadBehind() throws Exception {
        api.put("a");
        start("informer:pods");
        awaitEvents("ADDED a@1");
        await().until(() -> api.openWatches() == 1);
        Set<String> threads = informerThreads();

        for (int i = 0; i < 3; i++) {
            context.getRouteController().stopRoute("events");
            assertThat(informerThreads()).isEmpty();
            context.getRouteController().startRoute("events");
        }

        awaitEvents("ADDED a@1", "ADDED a@1", "ADDED a@1", "ADDED a@1");
        await().until(() -> {
            // the server learns of a connection's end by writing to it
            api.bookmark();
            return api.openWatches() == 1;
        });
        api.put("b");
        await().until(() -> events.stream().anyMatch(event -> event.startsWith("ADDED b")));
        assertThat(events).hasSize(5);
        assertThat(informerThreads()).hasSameSizeAs(threads);
        context.getRouteController().stopRoute("events");
        await().until(() -> {
            api.bookmark();
            return api.openWatches() == 0;
        });
        assertThat(HealthCheckRegistry.get(context).getCheck("informer-pods")).isEmpty();
    }

    @Test
    void aSecondInformerOfTheNameIsRefused() throws Exception {
        start("informer:pods");

        assertThatThrownBy(() -> context.addRoutes(new RouteBuilder() {
                    @Override
                    public void configure() {
                        from("informer:pods?namespace=ops").log("${body}");
                    }
                }))
                .hasMessageStartingWith("informer:pods runs in another route already");

        api.put("a");
        awaitEvents("ADDED a@1");
    }

    @Test
    void anOptionThatDoesNotExistIsRefused() {
        assertThatThrownBy(() -> start("informer:pods?labels=x")).hasStackTraceContaining("labels");
    }

    @Test
    void aMissingClientIsNamed() throws Exception {
        context.addRoutes(route("informer:pods", exchange -> {}));

        assertThatThrownBy(context::start)
                .hasStackTraceContaining("informer://pods needs a Kubernetes client: bind one to the registry");
    }

    private void start(String uri) throws Exception {
        start(uri, exchange -> {});
    }

    private void start(String uri, Processor check) throws Exception {
        context.getRegistry().bind("client", client);
        context.addRoutes(route(uri, check));
        context.start();
    }

    private RouteBuilder route(String uri, Processor check) {
        return new RouteBuilder() {
            @Override
            public void configure() {
                from(uri).routeId("events").process(this::note).process(check);
            }

            private void note(Exchange exchange) {
                HasMetadata object = exchange.getMessage().getBody(HasMetadata.class);
                HasMetadata old = exchange.getMessage().getHeader(InformerConstants.OLD_OBJECT, HasMetadata.class);
                events.add("%s %s@%s%s"
                        .formatted(
                                exchange.getMessage().getHeader(InformerConstants.ACTION),
                                object.getMetadata().getName(),
                                object.getMetadata().getResourceVersion(),
                                old == null ? "" : " was " + old.getMetadata().getResourceVersion()));
            }
        };
    }

    private void widgets() {
        client.close();
        api.close();
        api = new FakeApi("example.com/v1alpha1", "Widget", 0);
        client = api.client();
        api.put("a");
    }

    private void awaitEvents(String... expected) {
        await().untilAsserted(() -> assertThat(events).containsExactly(expected));
    }

    private Optional<HealthCheck.Result> result() {
        return HealthCheckHelper.invokeReadiness(context, "full").stream()
                .filter(result -> result.getCheck().getId().equals("informer-pods"))
                .findFirst();
    }

    private static boolean isUp(HealthCheck.Result result) {
        return result.getState() == HealthCheck.State.UP;
    }

    /** Those of this context: other tests may have left an operator running. */
    private Set<String> informerThreads() {
        return Set.copyOf(Thread.getAllStackTraces().keySet().stream()
                .map(Thread::getName)
                .filter(name -> name.startsWith("Camel (" + context.getName() + ")") && name.contains("informer"))
                .toList());
    }
}
