package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.DeletionPropagation;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@BehaviourTest
class ADeletedRunnerLeavesNothingTest {
    @Tag("playground")
    @Test
    void podsConfigMapsAndProcessesEndWhileARunIsUnderWay(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner =
                    namespace.create(Map.of("nodeSelector", ON_ONE_NODE, "runs", -1, "script", """
                    import os, subprocess
                    child = subprocess.Popen(["sleep", "600"], start_new_session=True)
                    print(os.getpid(), child.pid, flush=True)
                    """ + gate.script()));
            Pod pod = runner.awaitRunningPod();
            String[] processes = namespace.awaitLog(pod, "\n").strip().split(" ");
            assertThat(Stream.of(processes)).hasSize(2).allMatch(ADeletedRunnerLeavesNothingTest::isAlive);
            assertThat(runner.configMaps()).hasSize(1);

            runner.delete();

            await().atMost(Runner.PATIENCE).untilAsserted(() -> {
                assertThat(runner.pods()).isEmpty();
                assertThat(runner.configMaps()).isEmpty();
                assertThat(Stream.of(processes)).noneMatch(ADeletedRunnerLeavesNothingTest::isAlive);
            });
            assertThat(runner.resource().get()).isNull();
        }
    }

    private static boolean isAlive(String process) {
        return ProcessHandle.of(Long.parseLong(process)).isPresent();
    }

    @Test
    void aDoneOnesScriptsGoToo(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE));
        runner.awaitComplete();
        runner.edit(Map.of("script", "print(2)"));
        runner.awaitComplete();

        runner.delete();

        await().atMost(Runner.PATIENCE).untilAsserted(() -> {
            assertThat(runner.pods()).isEmpty();
            assertThat(runner.configMaps()).isEmpty();
        });
    }

    @Test
    void inTheForegroundItGoesAfterItsPods(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(Map.of("script", gate.script(), "nodeSelector", ON_ONE_NODE));
            runner.awaitRunningPod();

            runner.resource()
                    .withPropagationPolicy(DeletionPropagation.FOREGROUND)
                    .delete();

            await().atMost(Runner.PATIENCE)
                    .untilAsserted(() -> assertThat(runner.resource().get()).isNull());
            assertThat(runner.pods()).isEmpty();
        }
    }

    @Test
    void aDeletedNamespaceTakesItsRunnersAlong(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(Map.of("script", gate.script(), "nodeSelector", ON_ONE_NODE));
            runner.awaitRunningPod();

            namespace.client().namespaces().withName(namespace.name()).delete();

            await().atMost(Runner.PATIENCE)
                    .untilAsserted(() -> assertThat(namespace
                                    .client()
                                    .namespaces()
                                    .withName(namespace.name())
                                    .get())
                            .isNull());
        }
    }
}
