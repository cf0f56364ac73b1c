package com.github.scriptrunner.routes;

import com.github.scriptrunner.OperatorConfiguration;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.domain.Observed;
import com.github.scriptrunner.domain.Plan;
import com.github.scriptrunner.domain.Planner;
import com.github.scriptrunner.kubernetes.KnownObjects;
import com.github.scriptrunner.kubernetes.Runners;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Arrays;
import java.util.Properties;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.builder.AdviceWithRouteBuilder;
import org.apache.camel.component.mock.MockEndpoint;
import org.apache.camel.main.MainConfigurationProperties;
import org.apache.camel.test.main.junit5.CamelMainTestSupport;
import org.apache.camel.util.function.ThrowingConsumer;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.TestInstance.Lifecycle;

/**
 * Runs some of the operator's route files with the operator's own beans: one context for the tests of a class.
 */
@TestInstance(Lifecycle.PER_CLASS)
abstract class RouteFiles extends CamelMainTestSupport {
    final RecordingApi api = new RecordingApi();
    final KnownToTest known = new KnownToTest();

    /** @param names of files, {@code *} for all; one with a path is no file of the operator's */
    RouteFiles(String... names) {
        Properties settings = new Properties();
        settings.setProperty(
                "camel.main.routesIncludePattern",
                Arrays.stream(names)
                        .map(name -> (name.contains("/") ? "file:%s.yaml" : "classpath:routes/%s.yaml").formatted(name))
                        .collect(Collectors.joining(",")));
        settings.setProperty("scriptrunner.port", "0");
        // no step may wait for another thread of this pool
        settings.setProperty("scriptrunner.apiRequests", "1");
        camelContextConfiguration().withUseOverridePropertiesWithPropertiesComponent(settings);
        testConfiguration().withUseAdviceWith(true);
    }

    /** Puts something in the place of a route's neighbours. */
    abstract void advise() throws Exception;

    @Override
    protected void configure(MainConfigurationProperties configuration) {
        configuration.addConfiguration(OperatorConfiguration.class);
    }

    @Override
    protected CamelContext createCamelContext() throws Exception {
        CamelContext created = super.createCamelContext();
        created.getRegistry().bind("kubernetesClient", KubernetesClient.class, api.client());
        created.getRegistry().unbind("knownObjects");
        created.getRegistry().bind("knownObjects", KnownObjects.class, known);
        return created;
    }

    @BeforeEach
    void start() throws Exception {
        if (!context.isStarted()) {
            advise();
            context.start();
        }
        MockEndpoint.resetMocks(context);
        api.reset();
        known.forget();
    }

    @AfterAll
    void stop() {
        context.stop();
        api.close();
    }

    final void advise(String route, ThrowingConsumer<AdviceWithRouteBuilder, Exception> advice) throws Exception {
        AdviceWith.adviceWith(context, route, advice);
    }

    /** Where the messages end that would go through this step. */
    final MockEndpoint mock(String step) {
        return getMockEndpoint("mock:" + step);
    }

    final <T> T bean(Class<T> type) {
        return context.getRegistry().findSingleByType(type);
    }

    /** A runner and its pods on these nodes, which ended and left this. */
    final Observed finishedPods(String terminationMessage, String... nodes) {
        ScriptRunner runner = Samples.runner("hello");
        known.runners.add(runner);
        Stream.of(nodes).map(name -> Samples.node(name, "disk", "ssd")).forEach(known.nodes::add);
        Plan plan = Planner.plan(bean(Runners.class).observe("ops/hello"));
        runner.setStatus(plan.status());
        return bean(Runners.class)
                .observe("ops/hello")
                .withPods(plan.starts().stream()
                        .map(start -> Samples.ended(start.name(), 0, terminationMessage))
                        .toList());
    }

    /** Why the next plan of this runner is made with care. */
    final String setbacks(String runnerKey) {
        return bean(Runners.class).observe(runnerKey).setbacks().values().toString();
    }
}
