package com.github.scriptrunner.kubernetes;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.domain.Names;
import com.github.scriptrunner.domain.Observed;
import com.github.scriptrunner.domain.ObservedPod;
import com.github.scriptrunner.domain.Plan;
import com.github.scriptrunner.domain.Planner;
import com.github.scriptrunner.domain.Selection;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** Gathers what a plan is made of, and writes what it says. */
public final class Runners {
    /** Fields of the status that a plan may leave out: a merge patch has to say so. */
    private static final List<String> OPTIONAL = List.of("lastRunTime", "nextRunTime", "trimmed");

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, Instant> lastWrites = new ConcurrentHashMap<>();
    private final KubernetesClient client;
    private final KnownObjects known;
    private final Setbacks setbacks;
    private final InstantSource clock;

    public Runners(KubernetesClient client, KnownObjects known, Setbacks setbacks, InstantSource clock) {
        this.client = client;
        this.known = known;
        this.setbacks = setbacks;
        this.clock = clock;
    }

    /** All that is known now of the runner {@code namespace/name}. */
    public Observed observe(String key) {
        Instant now = clock.instant();
        List<ObservedPod> pods = known.podsOf(key).stream().map(PodReading::of).toList();
        ScriptRunner runner = known.runner(key);
        if (runner == null && !pods.isEmpty()) {
            runner = ask(key);
        }
        if (runner == null) {
            lastWrites.remove(key);
        }
        Observed observed = new Observed(
                key,
                now,
                runner,
                known.areComplete()
                        ? known.nodes().stream().map(NodeReading::of).toList()
                        : null,
                pods,
                setbacks.of(key),
                lastWrites.get(key),
                List.of());
        return Planner.isUnsettled(observed) ? observed.withPods(askForPods(key, pods)) : observed;
    }

    /** The keys of the runners for which a change of this node may mean something. */
    public List<String> touchedBy(Node node, Node before) {
        Map<String, String> labels = NodeReading.labels(node);
        Map<String, String> labelsBefore = before == null ? labels : NodeReading.labels(before);
        String id = Names.nodeId(node.getMetadata().getUid());
        return known.runners().stream()
                .filter(runner -> Selection.matches(runner.getSpec().nodeSelector(), labels)
                        || Selection.matches(runner.getSpec().nodeSelector(), labelsBefore)
                        || speaksOf(runner, id))
                .map(Runners::key)
                .toList();
    }

    /** The key of the runner that a pod is for; null where it is for none, as anyone may put our label on a pod. */
    public String ownerOf(Pod pod) {
        return PodReading.runnerKey(pod).orElse(null);
    }

    /** The only write of a status. The API server refuses it with a 409 when the runner is no longer as the plan was made on. */
    public void patchStatus(Plan plan) {
        ScriptRunner runner = plan.runner();
        ObjectNode status =
                (ObjectNode) parse(client.getKubernetesSerialization().asJson(plan.status()));
        OPTIONAL.stream().filter(field -> !status.has(field)).forEach(status::putNull);
        ObjectNode patch = JSON.createObjectNode();
        patch.putObject("metadata")
                .put("resourceVersion", runner.getMetadata().getResourceVersion())
                .put("uid", runner.getMetadata().getUid());
        patch.set("status", status);
        client.resources(ScriptRunner.class)
                .inNamespace(runner.getMetadata().getNamespace())
                // with a name alone the client would ask for the object first
                .resource(runner)
                .subresource("status")
                .patch(PatchContext.of(PatchType.JSON_MERGE), patch.toString());
        lastWrites.put(plan.key(), clock.instant());
    }

    static String key(HasMetadata object) {
        return object.getMetadata().getNamespace() + "/" + object.getMetadata().getName();
    }

    static String namespaceOf(String key) {
        return key.substring(0, key.indexOf('/'));
    }

    static String nameOf(String key) {
        return key.substring(key.indexOf('/') + 1);
    }

    private ScriptRunner ask(String key) {
        return client.resources(ScriptRunner.class)
                .inNamespace(namespaceOf(key))
                .withName(nameOf(key))
                .get();
    }

    /** What is there now, and what else is known. */
    private List<ObservedPod> askForPods(String key, List<ObservedPod> known) {
        List<ObservedPod> asked = client
                .pods()
                .inNamespace(namespaceOf(key))
                .withLabel(Labels.MANAGED_BY, Labels.OPERATOR)
                .list()
                .getItems()
                .stream()
                .map(PodReading::of)
                .filter(pod -> pod.runnerKey().equals(key))
                .toList();
        Set<String> names = asked.stream().map(ObservedPod::name).collect(Collectors.toSet());
        return Stream.concat(asked.stream(), known.stream().filter(pod -> !names.contains(pod.name())))
                .toList();
    }

    private static boolean speaksOf(ScriptRunner runner, String nodeId) {
        return runner.getStatus() != null
                && runner.getStatus().nodes().stream()
                        .anyMatch(node -> node.nodeId().equals(nodeId));
    }

    private static JsonNode parse(String json) {
        try {
            return JSON.readTree(json);
        } catch (com.fasterxml.jackson.core.JsonProcessingException e) {
            throw new IllegalStateException("the client writes JSON", e);
        }
    }
}
