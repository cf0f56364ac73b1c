package com.github.scriptrunner.e2e;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.behaviour.BehaviourTest;
import com.github.scriptrunner.behaviour.Gate;
import com.github.scriptrunner.behaviour.Runner;
import com.github.scriptrunner.behaviour.TestNamespace;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.policy.v1.EvictionBuilder;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@BehaviourTest
@Tag("cluster")
class WhatHoldsAPodUpTest {
    private static void limits(TestNamespace namespace, String limit) {
        Shell.kubectlWithInput("""
                        {"apiVersion": "v1", "kind": "LimitRange", "metadata": {"name": "limits"},
                         "spec": {"limits": [{"type": "Container", %s}]}}""".formatted(limit), "--namespace=" + namespace.name(), "apply", "-f", "-")
                .succeeds();
    }

    @Test
    void aFullNodeIsUnschedulableUntilThereIsRoom(TestNamespace namespace) {
        limits(namespace, "\"defaultRequest\": {\"cpu\": \"1000\"}, \"default\": {\"cpu\": \"1000\"}");
        Runner runner = namespace.create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE));

        NodeStatus held =
                runner.awaitNode(NODE_1, now -> assertThat(now.reason()).isEqualTo("Unschedulable"));

        assertThat(held.phase()).isEqualTo(Phase.Waiting);
        assertThat(held.message()).contains("Insufficient cpu");
        assertThat(runner.pods()).hasSize(1);
    }

    @Test
    void aQuotaIsToldOfAndTriedAgain(TestNamespace namespace) {
        Shell.kubectl("create", "quota", "none", "--hard=pods=0", "--namespace=" + namespace.name())
                .succeeds();
        Runner runner = namespace.create(Map.of("script", "print(1)", "nodeSelector", ON_ONE_NODE));

        NodeStatus held =
                runner.awaitNode(NODE_1, now -> assertThat(now.reason()).isEqualTo("QuotaExceeded"));

        assertThat(held.phase()).isEqualTo(Phase.Waiting);
        assertThat(held.message()).contains("exceeded quota: none");
        Shell.kubectl("delete", "quota", "none", "--namespace=" + namespace.name())
                .succeeds();
        assertThat(node(runner.awaitComplete(), NODE_1).phase()).isEqualTo(Phase.Succeeded);
    }

    @Test
    void aScriptThatTakesTooMuchMemoryFailsAndSaysSo(TestNamespace namespace) {
        limits(namespace, "\"default\": {\"memory\": \"64Mi\"}, \"defaultRequest\": {\"memory\": \"16Mi\"}");
        Runner runner = namespace.create(
                Map.of("script", "print('begun', flush=True)\nx = b'x' * 2**30", "nodeSelector", ON_ONE_NODE));

        RunResult result = latest(node(runner.awaitComplete(), NODE_1));

        assertThat(result.outcome()).isEqualTo(Outcome.Failed);
        assertThat(result.exitCode()).isEqualTo(137);
        assertThat(result.stderr()).contains("OOMKilled");
    }

    @Test
    void aRunThatIsEvictedIsLostAndNotRepeated(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(Map.of("script", gate.script(), "nodeSelector", ON_ONE_NODE));
            Pod pod = runner.awaitRunningPod();
            runner.awaitNode(NODE_1, now -> assertThat(now.phase()).isEqualTo(Phase.Running));

            namespace
                    .client()
                    .pods()
                    .resource(pod)
                    .evict(new EvictionBuilder()
                            .withNewMetadata()
                            .withNamespace(namespace.name())
                            .withName(pod.getMetadata().getName())
                            .endMetadata()
                            .build());

            NodeStatus node = node(runner.awaitComplete(), NODE_1);
            assertThat(latest(node).outcome()).isEqualTo(Outcome.Lost);
            assertThat(node.completedRuns()).isEqualTo(1);
            assertThat(latest(node).stderr()).isNotBlank();
        }
    }
}
