package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.Runner.runs;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.domain.Names;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@BehaviourTest
class PodsAreInterferedWithTest {
    @Tag("playground")
    @Test
    void aRunWhosePodIsTornAwayIsLostAndNotRepeated(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(Map.of("script", gate.script(), "nodeSelector", ON_ONE_NODE));
            Pod pod = runner.awaitRunningPod();
            runner.awaitNode(NODE_1, node -> assertThat(node.phase()).isEqualTo(Phase.Running));
            KubernetesClient client = namespace.client();

            namespace.takeFinalizers(pod);
            client.resource(pod).withGracePeriod(0).delete();

            NodeStatus node = node(runner.awaitComplete(), NODE_1);
            assertThat(node.phase()).isEqualTo(Phase.Failed);
            assertThat(node.failedRuns()).isEqualTo(1);
            assertThat(runs(node)).containsExactly(1);
            assertThat(latest(node).outcome()).isEqualTo(Outcome.Lost);
            assertThat(latest(node).exitCode()).isNull();
            assertThat(latest(node).stderr()).isNotBlank();
            assertThat(latest(node).podName()).isEqualTo(pod.getMetadata().getName());
            assertThat(runner.pods()).isEmpty();
        }
    }

    @Test
    void aPodThatIsDeletedWhileItRunsSaysHowFarItGot(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(
                    Map.of("script", "print('so far', flush=True)\n" + gate.script(), "nodeSelector", ON_ONE_NODE));
            Pod pod = runner.awaitRunningPod();
            namespace.awaitLog(pod, "so far\n");

            namespace.client().resource(pod).delete();

            NodeStatus node = node(runner.awaitComplete(), NODE_1);
            assertThat(node.completedRuns()).isEqualTo(1);
            assertThat(latest(node).outcome()).isEqualTo(Outcome.Failed);
            assertThat(latest(node).exitCode()).isEqualTo(143);
            assertThat(latest(node).stdout()).isEqualTo("so far\n");
        }
    }

    @Test
    void aForeignConfigMapOfTheScriptsNameIsToldOfAndHoldsUpNoOtherRunner(TestNamespace namespace) {
        KubernetesClient client = namespace.client();
        Runner runner = namespace.create(Map.of("script", "print('ours')", "nodeSelector", namespace.onOwnNodes()));
        runner.awaitComplete();
        ConfigMap foreign = client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name())
                        .withName(Names.ofScript(runner.resource().get(), 1))
                        .endMetadata()
                        .addToData("script.py", "print('not ours')")
                        .build())
                .create();

        runner.edit(Map.of("nodeSelector", replacedBy(ON_ONE_NODE)));

        NodeStatus held =
                runner.awaitNode(NODE_1, node -> assertThat(node.reason()).isNotNull());
        assertThat(held.phase()).isEqualTo(Phase.Waiting);
        assertThat(held.message()).contains(foreign.getMetadata().getName(), "delete it");
        assertThat(runner.pods()).isEmpty();
        namespace
                .create("other", Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE))
                .awaitComplete();
        assertThat(client.resource(foreign).get().getData()).containsEntry("script.py", "print('not ours')");
        client.resource(foreign).delete();
        assertThat(latest(node(runner.awaitComplete(), NODE_1)).stdout()).isEqualTo("ours\n");
    }

    /** A merge patch adds to an object what is not taken out. */
    private static Map<String, Object> replacedBy(Map<String, Object> selector) {
        Map<String, Object> patch = new java.util.HashMap<>(selector);
        patch.put("matchLabels", null);
        return patch;
    }

    @Tag("playground")
    @Test
    void aForeignPodWithOurLabelsIsLeftAlone(TestNamespace namespace) {
        KubernetesClient client = namespace.client();
        Pod foreign = client.resource(new PodBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace.name())
                        .withName("runner-0123456789")
                        .addToLabels("app.kubernetes.io/managed-by", "scriptrunner-operator")
                        .addToLabels("app.kubernetes.io/name", "scriptrunner")
                        .addToFinalizers("scriptrunner.github.com/result")
                        .endMetadata()
                        .withNewSpec()
                        .addNewContainer()
                        .withName("main")
                        .withImage("any")
                        .endContainer()
                        .endSpec()
                        .build())
                .create();
        Runner runner = namespace.create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE, "runs", 2));

        runner.awaitComplete();

        Pod after = client.resource(foreign).get();
        assertThat(after.getMetadata().getDeletionTimestamp()).isNull();
        assertThat(after.getMetadata().getResourceVersion())
                .isEqualTo(foreign.getMetadata().getResourceVersion());
        // or the namespace stays
        namespace.takeFinalizers(foreign);
    }

    @Test
    void aRunnerOfTheSameNameStartsAfresh(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(Map.of("script", gate.script(), "nodeSelector", ON_ONE_NODE));
            Pod old = runner.awaitRunningPod();
            runner.delete();

            Runner next = namespace.create(Map.of("script", "print('next')", "nodeSelector", ON_ONE_NODE));

            NodeStatus node = node(next.awaitComplete(), NODE_1);
            assertThat(runs(node)).containsExactly(1);
            assertThat(latest(node).stdout()).isEqualTo("next\n");
            assertThat(latest(node).podName()).isNotEqualTo(old.getMetadata().getName());
            next.await(status -> assertThat(next.pods()).isEmpty());
        }
    }
}
