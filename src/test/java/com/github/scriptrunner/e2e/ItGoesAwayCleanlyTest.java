package com.github.scriptrunner.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.behaviour.Gate;
import com.github.scriptrunner.behaviour.Runner;
import com.github.scriptrunner.behaviour.SharedCluster;
import com.github.scriptrunner.behaviour.TestNamespace;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** Deletes ScriptRunners, their definition and the operator itself, in all orders. */
@ExtendWith(SharedCluster.class)
@Isolated
@Tag("cluster")
@Timeout(300)
class ItGoesAwayCleanlyTest {
    private static final String OPERATOR = "deployment/scriptrunner-operator";

    @AfterEach
    void installAgain() {
        Shell.kubectl("apply", "-k", "manifests").succeeds();
        scale(1);
        Overlay.awaitOperator();
    }

    private static void scale(int replicas) {
        Shell.kubectl("scale", OPERATOR, "-n", "scriptrunner-system", "--replicas=" + replicas)
                .succeeds();
        if (replicas == 0) {
            Shell.kubectl(
                            "wait",
                            "--for=delete",
                            "pod",
                            "-n",
                            "scriptrunner-system",
                            "-l",
                            "app.kubernetes.io/name=scriptrunner-operator",
                            "--timeout=60s")
                    .succeeds();
        }
    }

    private static void awaitNothingIsLeft(Runner runner) {
        await().atMost(Runner.PATIENCE).untilAsserted(() -> {
            assertThat(runner.pods()).isEmpty();
            assertThat(runner.configMaps()).isEmpty();
        });
    }

    private static void haveGarbageCollected(TestNamespace namespace) {
        namespace
                .client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name())
                        .withName("garbage")
                        .addNewOwnerReference()
                        .withApiVersion("v1")
                        .withKind("ConfigMap")
                        .withName("nobody")
                        .withUid("uid-of-nobody")
                        .endOwnerReference()
                        .endMetadata()
                        .build())
                .create();
        await().atMost(Runner.PATIENCE)
                .untilAsserted(() -> assertThat(namespace
                                .client()
                                .configMaps()
                                .inNamespace(namespace.name())
                                .withName("garbage")
                                .get())
                        .isNull());
    }

    /** The n-th block of commands of the chapter. */
    private static String documented(int block) throws IOException {
        String page = Files.readString(Path.of("docs/operating.md"));
        String chapter = page.substring(page.indexOf("## How do I get rid of it?"));
        return "export KUBECONFIG=" + System.getenv("E2E_KUBECONFIG") + "\nset -e\n"
                + Documented.blocks(chapter, "sh").toList().get(block);
    }

    private static Shell.Result bash(String commands) {
        return Shell.run(List.of("bash", "-c", commands), "").succeeds();
    }

    @Test
    void whileTheOperatorIsDownDeletionsWaitAndFinishWhenItIsBack(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(Map.of("script", gate.script()));
            runner.awaitRunningPod();
            scale(0);

            runner.delete();
            Shell.kubectl("delete", "namespace", namespace.name(), "--wait=false")
                    .succeeds();

            await().atMost(Runner.PATIENCE)
                    .untilAsserted(() -> assertThat(runner.pods())
                            .hasSize(3)
                            .allMatch(pod -> pod.getMetadata().getDeletionTimestamp() != null));
            scale(1);
            Shell.kubectl("wait", "--for=delete", "namespace/" + namespace.name(), "--timeout=120s")
                    .succeeds();
        }
    }

    @Test
    void theDefinitionTakesAllRunnersWithIt(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(Map.of("script", gate.script()));
            runner.awaitRunningPod();

            Shell.kubectl("delete", "-k", "manifests/crd", "--timeout=120s").succeeds();

            awaitNothingIsLeft(runner);
        }
    }

    /** Kubernetes' garbage collector forgets every 30 s which kinds there are, which nothing shows, and asks when it has something to do. */
    @Test
    void alsoOneThatKubernetesDidNotComeToKnowTakesAllRunnersWithIt(TestNamespace namespace) throws Exception {
        Shell.kubectl("delete", "-k", "manifests/crd", "--timeout=120s").succeeds();
        Thread.sleep(35_000);
        haveGarbageCollected(namespace);
        Shell.kubectl("apply", "-k", "manifests/crd").succeeds();
        Shell.kubectl(
                        "wait",
                        "--for=condition=Established",
                        "crd/scriptrunners.scriptrunner.github.com",
                        "--timeout=60s")
                .succeeds();
        try (Gate gate = Gate.closed()) {
            Runner ended = namespace.create("ended", Map.of("script", "print(1)"));
            Runner runner = namespace.create(Map.of("script", gate.script()));
            ended.awaitComplete();
            runner.awaitRunningPod();

            Shell.kubectl("delete", "-k", "manifests/crd", "--timeout=120s").succeeds();

            awaitNothingIsLeft(runner);
            awaitNothingIsLeft(ended);
        }
    }

    @Test
    void uninstallingIsTwoCommands(TestNamespace namespace) throws Exception {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(Map.of("script", gate.script()));
            runner.awaitRunningPod();

            bash(documented(0));

            awaitNothingIsLeft(runner);
            assertThat(Shell.kubectl("get", "clusterroles,namespaces,crds,validatingadmissionpolicies", "-o", "name")
                            .output())
                    .doesNotContain("scriptrunner");
        }
    }

    @Test
    void aThirdReleasesWhatARemovedOperatorLeftBehind(TestNamespace namespace) throws Exception {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(Map.of("script", gate.script()));
            runner.awaitRunningPod();
            scale(0);
            Shell.kubectl("delete", "-k", "manifests", "--timeout=120s").succeeds();
            await().atMost(Runner.PATIENCE)
                    .untilAsserted(() -> assertThat(runner.pods())
                            .hasSize(3)
                            .allMatch(pod -> pod.getMetadata().getDeletionTimestamp() != null));

            bash(documented(1));

            awaitNothingIsLeft(runner);
        }
    }
}
