package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunner;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Map;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.parallel.ResourceAccessMode;
import org.junit.jupiter.api.parallel.ResourceLock;

/** What others in the cluster do, by mistake or not, ends in a sentence where it concerns a runner, and concerns no other. */
@BehaviourTest
@ResourceLock(value = BehaviourTest.ALL_NODES, mode = ResourceAccessMode.READ)
class NeighboursAreHostileTest {
    private static final PatchContext MERGE = PatchContext.of(PatchType.JSON_MERGE);

    @Tag("playground")
    @Test
    void aPodThatLooksLikeOursAndHasAnotherOwnerIsLeftAlone(TestNamespace namespace) {
        ConfigMap owner = namespace
                .client()
                .resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name())
                        .withName("runner")
                        .endMetadata()
                        .build())
                .create();
        Pod foreign = namespace
                .client()
                .resource(pod(
                        namespace,
                        "runner-0123456789",
                        new OwnerReferenceBuilder()
                                .withApiVersion("v1")
                                .withKind("ConfigMap")
                                .withName("runner")
                                .withUid(owner.getMetadata().getUid())
                                .withController(true)
                                .build()))
                .create();

        Runner runner = namespace.create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE, "runs", 2));

        runner.awaitComplete();
        Pod after = namespace.client().resource(foreign).get();
        assertThat(after.getMetadata().getResourceVersion())
                .isEqualTo(foreign.getMetadata().getResourceVersion());
        // or the namespace stays
        namespace.takeFinalizers(foreign);
    }

    @Tag("playground")
    @Test
    void aForgedPodOfOursIsNoResultAndIsClearedAway(TestNamespace namespace) {
        KubernetesClient client = namespace.client();
        Runner runner = namespace.create(
                Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE, "initialDelaySeconds", 3600));
        runner.awaitNode(NODE_1, entry -> assertThat(entry.phase()).isEqualTo(Phase.Waiting));
        ScriptRunner object = runner.resource().get();
        Pod forged = client.resource(pod(
                        namespace,
                        "runner-0123456789",
                        new OwnerReferenceBuilder()
                                .withApiVersion(object.getApiVersion())
                                .withKind(object.getKind())
                                .withName("runner")
                                .withUid(object.getMetadata().getUid())
                                .withController(true)
                                .build()))
                .create();

        await().atMost(Runner.PATIENCE)
                .untilAsserted(() -> assertThat(client.resource(forged).get()).isNull());

        runner.edit(Map.of("initialDelaySeconds", 0));
        NodeStatus node = node(runner.awaitComplete(), NODE_1);
        assertThat(node.completedRuns()).isEqualTo(1);
        assertThat(latest(node).stdout()).isEqualTo("1\n");
    }

    @Tag("playground")
    @Test
    void aPodWhoseFinalizerSomeoneTookIsRecordedAllTheSame(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner =
                    namespace.create(Map.of("script", gate.script() + "print('said')", "nodeSelector", ON_ONE_NODE));
            Pod pod = runner.awaitRunningPod();

            namespace.takeFinalizers(pod);

            gate.open();
            assertThat(latest(node(runner.awaitComplete(), NODE_1)).stdout()).isEqualTo("said\n");
            namespace.awaitNoPods();
        }
    }

    @Tag("playground")
    @Test
    void aScriptThatWritesItsOwnResultDecidesNotHowItEnded(TestNamespace namespace) {
        RunResult result = left(
                namespace,
                "{\"version\":1,\"outcome\":\"Succeeded\",\"exitCode\":0,\"stdout\":\"all is well \\ud800\",\"stderr\":\"\"}");

        assertThat(result.outcome()).isEqualTo(Outcome.Failed);
        assertThat(result.exitCode()).isEqualTo(137);
        assertThat(result.run()).isEqualTo(1);
        assertThat(result.stdout()).startsWith("all is well");
    }

    @Tag("playground")
    @Test
    void aTerminationMessageOfGarbageIsShownAsItIs(TestNamespace namespace) {
        RunResult result = left(namespace, "\u0000<garbage> {[");

        assertThat(result.outcome()).isEqualTo(Outcome.Failed);
        assertThat(result.exitCode()).isEqualTo(137);
        assertThat(result.stdout()).isNull();
        assertThat(result.stderr()).startsWith("The container left no result").endsWith("\u0000<garbage> {[");
    }

    @Tag("playground")
    @Test
    void aTerminationMessageThatInflatesWithoutEndIsShownAsItIs(TestNamespace namespace) throws IOException {
        String bomb = zerosIn4096Bytes();

        RunResult result = left(namespace, bomb);

        assertThat(result.outcome()).isEqualTo(Outcome.Failed);
        assertThat(result.stdout()).isNull();
        assertThat(result.stderr()).startsWith("The container left no result").endsWith(bomb);
    }

    /** As many zeros as a termination message can hold: some three million. */
    private static String zerosIn4096Bytes() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(bytes)) {
            deflater.write(("{\"stdout\":\"" + "0".repeat(3_000_000) + "\"}").getBytes(StandardCharsets.UTF_8));
        }
        String message = "{\"version\":1,\"outcome\":\"Failed\",\"deflated\":\"%s\"}"
                .formatted(Base64.getEncoder().encodeToString(bytes.toByteArray()));
        assertThat(message).hasSizeBetween(3_500, 4_096);
        return message;
    }

    /**
     * The result of a script that kills the runner program, and before that writes this where its result would be. In a container
     * that program is the first process, which no other in it can kill.
     */
    private static RunResult left(TestNamespace namespace, String message) {
        Runner runner = namespace.create(Map.of("nodeSelector", ON_ONE_NODE, "script", """
                import base64, os, signal
                parent = os.getppid()
                with open(f"/proc/{parent}/cmdline", "rb") as arguments:
                    program = arguments.read().split(b"\\0")
                with open(program[program.index(b"--result") + 1], "wb") as result:
                    result.write(base64.b64decode("%s"))
                os.kill(parent, signal.SIGKILL)
                """.formatted(
                        Base64.getEncoder().encodeToString(message.getBytes(StandardCharsets.UTF_8)))));
        NodeStatus node = node(runner.awaitComplete(), NODE_1);
        assertThat(node.completedRuns()).isEqualTo(1);
        namespace.awaitNoPods();
        return latest(node);
    }

    @Test
    void aNamespaceThatCannotGoYetLosesItsPodsAndHoldsUpNoOther(TestNamespace namespace) {
        KubernetesClient client = namespace.client();
        try (Gate gate = Gate.closed();
                TestNamespace other = TestNamespace.create(client)) {
            Runner ending = namespace.create(Map.of("script", gate.script(), "nodeSelector", ON_ONE_NODE, "runs", -1));
            // such a runner is there, and may start nothing any more, for as long as somebody likes
            client.resource(ending.resource().get())
                    .patch(MERGE, "{\"metadata\": {\"finalizers\": [\"example.com/wait\"]}}");
            ending.awaitRunningPod();

            client.namespaces().withName(namespace.name()).delete();

            namespace.awaitNoPods();
            other.create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE))
                    .awaitComplete();
            await().atMost(Runner.PATIENCE)
                    .untilAsserted(() -> assertThat(ending.resource().get().isMarkedForDeletion())
                            .isTrue());
            assertThat(ending.pods()).isEmpty();
            namespace.takeFinalizers(ending.resource().get());
            await().atMost(Runner.PATIENCE)
                    .untilAsserted(() -> assertThat(client.namespaces()
                                    .withName(namespace.name())
                                    .get())
                            .isNull());
        }
    }

    @Test
    void twoRunnersWithNamesOf253CharactersThatAgreeInTheFirst63AreTwo(TestNamespace namespace) {
        String common = "a".repeat(63) + ".";
        Runner one = namespace.create(
                common + "b".repeat(189),
                Map.of("script", "import os; print(1, os.environ['SCRIPTRUNNER_NAME'])", "nodeSelector", ON_ONE_NODE));
        Runner two = namespace.create(
                common + "c".repeat(189),
                Map.of("script", "import os; print(2, os.environ['SCRIPTRUNNER_NAME'])", "nodeSelector", ON_ONE_NODE));

        assertThat(latest(node(one.awaitComplete(), NODE_1)).stdout()).isEqualTo("1 " + one.name() + "\n");
        assertThat(latest(node(two.awaitComplete(), NODE_1)).stdout()).isEqualTo("2 " + two.name() + "\n");
        namespace.awaitNoPods();
        two.delete();
        await().atMost(Runner.PATIENCE)
                .untilAsserted(() -> assertThat(two.configMaps()).isEmpty());
        assertThat(one.configMaps()).hasSize(1);
    }

    @Tag("playground")
    @Test
    void nodesWithNamesOf253CharactersThatAgreeInTheFirst63AreTwo(TestNamespace namespace) {
        String common = "n".repeat(200) + ".";
        int rest = 253 - (namespace.name() + "-" + common).length();
        String one = namespace.addNode(common + "1".repeat(rest));
        String two = namespace.addNode(common + "2".repeat(rest));
        assertThat(one).hasSize(253);

        Runner runner = namespace.create(
                Map.of("script", "import os; print(os.environ['NODE_NAME'])", "nodeSelector", namespace.onOwnNodes()));

        var status = runner.awaitComplete();
        assertThat(latest(node(status, one)).stdout()).isEqualTo(one + "\n");
        assertThat(latest(node(status, two)).stdout()).isEqualTo(two + "\n");
        namespace.awaitNoPods();
    }

    private static Pod pod(TestNamespace namespace, String name, OwnerReference owner) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(namespace.name())
                .withName(name)
                .addToLabels("app.kubernetes.io/managed-by", "scriptrunner-operator")
                .addToLabels("app.kubernetes.io/name", "scriptrunner")
                .addToLabels("scriptrunner.github.com/revision", "1")
                .addToLabels("scriptrunner.github.com/run", "1")
                .addToAnnotations("scriptrunner.github.com/node", NODE_1)
                .addToFinalizers("scriptrunner.github.com/result")
                .withOwnerReferences(owner)
                .endMetadata()
                .withNewSpec()
                .addNewContainer()
                .withName("main")
                .withImage("any")
                .endContainer()
                .endSpec()
                .build();
    }
}
