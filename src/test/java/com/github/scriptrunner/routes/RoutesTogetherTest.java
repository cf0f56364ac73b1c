package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Duration;
import java.util.List;
import org.awaitility.core.ConditionFactory;
import org.junit.jupiter.api.Test;

/** All routes, from an event to requests; only the informers are not there. */
class RoutesTogetherTest extends RouteFiles {
    RoutesTogetherTest() {
        super("*");
    }

    @Override
    void advise() throws Exception {
        for (String id : List.of("watch-scriptrunners", "watch-pods", "watch-nodes")) {
            advise(id, route -> route.replaceFromWith("direct:" + id));
        }
        advise("publish-result", route -> route.weaveById("log-result").after().to("mock:published"));
    }

    /** Each test has a runner of its own, for the queue may still hold those of others. */
    private ScriptRunner runnerOnThreeNodes(String name) {
        for (String node : List.of("n1", "n2", "n3")) {
            known.nodes.add(Samples.node(node, "disk", "ssd"));
        }
        ScriptRunner runner = Samples.runner(name);
        known.runners.add(runner);
        return runner;
    }

    @Test
    void aRunnerStartsAPodOnEachNodeOnceItsStatusSaysSo() {
        ScriptRunner runner = runnerOnThreeNodes("first");

        template.sendBody("direct:watch-scriptrunners", runner);

        patiently()
                .untilAsserted(
                        () -> assertThat(requests("first", "POST", "/pods")).hasSize(3));
        assertThat(api.requests().indexOf(requests("first", "PATCH", "/status").get(0)))
                .isLessThan(api.requests().indexOf(requests("first", "POST", "").get(0)));
    }

    @Test
    void aStatusThatMovedOnStartsNothingUntilItCanBeWritten() {
        ScriptRunner runner = runnerOnThreeNodes("moved");
        api.refuse("/status", 409, "Conflict", "the object has been modified");

        template.sendBody("direct:watch-scriptrunners", runner);

        patiently()
                .untilAsserted(() -> assertThat(requests("moved", "PATCH", "/status"))
                        .as("tried again")
                        .hasSizeGreaterThan(1));
        assertThat(requests("moved", "POST", "")).isEmpty();
        api.reset();
        patiently()
                .untilAsserted(
                        () -> assertThat(requests("moved", "POST", "/pods")).hasSize(3));
    }

    @Test
    void finishedPodsAreRecordedThenPublishedAndReleasedThoughOneOfThemFails() throws Exception {
        ScriptRunner runner = runnerOnThreeNodes("ended");
        template.sendBody("direct:watch-scriptrunners", runner);
        patiently()
                .untilAsserted(
                        () -> assertThat(requests("ended", "POST", "/pods")).hasSize(3));
        List<Pod> ended = requests("ended", "POST", "/pods").stream()
                .map(request -> ended(request.body()))
                .toList();
        runner.setStatus(writtenStatus("ended"));
        known.pods.addAll(ended);
        api.reset();
        api.refuse(
                "PATCH /api/v1/namespaces/ops/pods/"
                        + ended.get(0).getMetadata().getName(),
                500,
                "",
                "no");
        mock("published").expectedMessageCount(3);

        template.sendBody("direct:watch-pods", ended.get(0));

        patiently()
                .untilAsserted(() -> assertThat(api.lines())
                        .contains(
                                "DELETE /api/v1/namespaces/ops/pods/"
                                        + ended.get(1).getMetadata().getName(),
                                "DELETE /api/v1/namespaces/ops/pods/"
                                        + ended.get(2).getMetadata().getName()));
        assertThat(writtenStatus("ended").succeeded()).isEqualTo(3);
        mock("published").assertIsSatisfied();
    }

    /** A refused write is tried again after seconds. */
    private static ConditionFactory patiently() {
        return await().atMost(Duration.ofSeconds(30));
    }

    private List<RecordingApi.Request> requests(String runner, String method, String pathEnd) {
        return api.requests().stream()
                .filter(request -> (request.line() + request.body()).contains(runner))
                .filter(request ->
                        request.line().startsWith(method) && request.line().endsWith(pathEnd))
                .toList();
    }

    private ScriptRunnerStatus writtenStatus(String runner) throws Exception {
        JsonNode patch = new ObjectMapper()
                .readTree(requests(runner, "PATCH", "/status").get(0).body());
        return Serialization.unmarshal(patch.get("status").toString(), ScriptRunnerStatus.class);
    }

    private static Pod ended(String json) {
        return new PodBuilder(Serialization.unmarshal(json, Pod.class))
                .withNewStatus()
                .withPhase("Succeeded")
                .addNewContainerStatus()
                .withNewState()
                .withNewTerminated()
                .withExitCode(0)
                .withStartedAt("2026-01-01T00:00:00Z")
                .withFinishedAt("2026-01-01T00:00:01Z")
                .withMessage(Samples.MESSAGE)
                .endTerminated()
                .endState()
                .endContainerStatus()
                .endStatus()
                .build();
    }
}
