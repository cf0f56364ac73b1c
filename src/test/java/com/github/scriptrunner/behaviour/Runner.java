package com.github.scriptrunner.behaviour;

import static java.util.Objects.requireNonNullElse;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.Consumer;
import org.assertj.core.api.ThrowingConsumer;
import org.awaitility.Awaitility;
import org.awaitility.core.ConditionTimeoutException;

/** One ScriptRunner, as its user sees it. */
public record Runner(KubernetesClient client, String namespace, String name) {
    /** Much more than anything here takes, also on a machine that has other things to do. */
    public static final Duration PATIENCE = Duration.ofMinutes(2);

    private static final Duration BETWEEN_LOOKS = Duration.ofMillis(200);

    public Resource<ScriptRunner> resource() {
        return client.resources(ScriptRunner.class).inNamespace(namespace).withName(name);
    }

    public ScriptRunnerStatus status() {
        return status(resource().get());
    }

    public static ScriptRunnerStatus status(ScriptRunner object) {
        return requireNonNullElse(object.getStatus(), ScriptRunnerStatus.NONE);
    }

    /** Changes these fields of the spec. */
    public void edit(Map<String, ?> spec) {
        resource()
                .patch(
                        PatchContext.of(PatchType.JSON_MERGE),
                        client.getKubernetesSerialization().asJson(Map.of("spec", spec)));
    }

    public void delete() {
        resource().delete();
    }

    /** Its status once it is as it should be. */
    public ScriptRunnerStatus await(ThrowingConsumer<ScriptRunnerStatus> assertions) {
        return status(awaitObject(object -> assertions.accept(status(object))));
    }

    /** Its status once its generation is Complete: as {@code kubectl wait} sees it. */
    public ScriptRunnerStatus awaitComplete() {
        return status(awaitObject(object -> assertThat(isComplete(object)).isTrue()));
    }

    /** A node's entry once it is as it should be. */
    public NodeStatus awaitNode(String node, ThrowingConsumer<NodeStatus> assertions) {
        return node(await(status -> assertions.accept(node(status, node))), node);
    }

    private ScriptRunner awaitObject(Consumer<ScriptRunner> assertions) {
        AtomicReference<ScriptRunner> latest = new AtomicReference<>();
        try {
            Awaitility.await()
                    .atMost(PATIENCE)
                    .pollDelay(Duration.ZERO)
                    .pollInterval(BETWEEN_LOOKS)
                    .untilAsserted(() -> {
                        latest.set(resource().get());
                        assertions.accept(latest.get());
                    });
        } catch (ConditionTimeoutException e) {
            throw new AssertionError(e.getMessage() + "\nin the end it was " + latest.get(), e);
        }
        return latest.get();
    }

    public static boolean isComplete(ScriptRunner object) {
        return status(object).conditions().stream()
                .anyMatch(condition -> condition.getType().equals("Complete")
                        && condition.getStatus().equals("True")
                        && condition
                                .getObservedGeneration()
                                .equals(object.getMetadata().getGeneration()));
    }

    public static Condition condition(ScriptRunnerStatus status, String type) {
        return status.conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no condition " + type + " in " + status));
    }

    /** As {@code True AllSucceeded}. */
    public static String said(ScriptRunnerStatus status, String type) {
        Condition condition = condition(status, type);
        return condition.getStatus() + " " + condition.getReason();
    }

    /** The newest of this name. */
    public static NodeStatus node(ScriptRunnerStatus status, String name) {
        return status.nodes().stream()
                .filter(node -> node.name().equals(name))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no node " + name + " in " + status));
    }

    public static RunResult latest(NodeStatus node) {
        assertThat(node.history()).as("%s", node).isNotEmpty();
        return node.history().get(0);
    }

    /** The numbers of the runs in its history, newest first. */
    public static List<Integer> runs(NodeStatus node) {
        return node.history().stream().map(RunResult::run).toList();
    }

    public List<Pod> pods() {
        return client.pods().inNamespace(namespace).list().getItems().stream()
                .filter(pod -> pod.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> owner.getName().equals(name)))
                .toList();
    }

    /** The pod of a node that is not done with, once there is one. */
    public Pod awaitRunningPod() {
        awaitObject(object -> assertThat(pods()).anyMatch(Runner::isRunning));
        return pods().stream().filter(Runner::isRunning).findFirst().orElseThrow();
    }

    private static boolean isRunning(Pod pod) {
        return pod.getStatus() != null && "Running".equals(pod.getStatus().getPhase());
    }

    /** Those of its scripts. */
    public List<ConfigMap> configMaps() {
        return client.configMaps().inNamespace(namespace).list().getItems().stream()
                .filter(map -> map.getMetadata().getOwnerReferences().stream()
                        .anyMatch(owner -> owner.getName().equals(name)))
                .toList();
    }

    /** Watches it from now on, what it is now included. */
    public Versions watch() {
        return new Versions(this);
    }
}
