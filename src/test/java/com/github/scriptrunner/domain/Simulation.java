package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.Mode;
import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Packages;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerSpec;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import com.github.scriptrunner.domain.ObservedPod.State;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;

/** A cluster made of values: time passes, nodes come and go and pods live when a test says so, and plans are carried out. */
final class Simulation {
    static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private final Map<String, ObservedNode> nodes = new LinkedHashMap<>();
    private final Map<String, ObservedPod> pods = new LinkedHashMap<>();
    private final Map<String, Setback> setbacks = new HashMap<>();
    private final ScriptRunner runner = new ScriptRunner();
    /** What the operator knows; null: what is there. */
    private Caches caches;

    private Instant lastWrite;
    private Instant now = START;
    private boolean refusing;
    private int nodesMade;

    private record Caches(ScriptRunner runner, List<ObservedNode> nodes, List<ObservedPod> pods) {}

    private Simulation(ScriptRunnerSpec spec) {
        runner.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ops")
                .withName("hello")
                .withUid("uid-of-hello")
                .withGeneration(1L)
                .withResourceVersion("1")
                .build());
        runner.setSpec(spec);
    }

    static Simulation of(ScriptRunnerSpec spec) {
        return new Simulation(spec);
    }

    static ScriptRunnerSpec script(String script) {
        return new ScriptRunnerSpec(script, null, null, null, null, null, null, null);
    }

    static ScriptRunnerSpec runs(int runs) {
        return new ScriptRunnerSpec("print(1)", null, null, runs, null, null, null, null);
    }

    static ScriptRunnerSpec runsEvery(int runs, int periodSeconds) {
        return new ScriptRunnerSpec("print(1)", null, null, runs, null, periodSeconds, null, null);
    }

    static ScriptRunnerSpec withHistoryLimit(int runs, int historyLimit) {
        return new ScriptRunnerSpec("print(1)", null, null, runs, null, null, historyLimit, null);
    }

    static ScriptRunnerSpec after(int initialDelaySeconds) {
        return new ScriptRunnerSpec("print(1)", null, null, null, initialDelaySeconds, null, null, null);
    }

    static LabelSelector labelled(String label, String value) {
        return new LabelSelectorBuilder().addToMatchLabels(label, value).build();
    }

    static ScriptRunnerSpec onNodesWith(String label, String value, int runs) {
        return new ScriptRunnerSpec("print(1)", labelled(label, value), null, runs, null, null, null, null);
    }

    static ScriptRunnerSpec in(Mode mode, Packages packages) {
        return new ScriptRunnerSpec("print(1)", null, mode, null, null, null, null, packages);
    }

    Simulation edit(ScriptRunnerSpec spec) {
        runner.setSpec(spec);
        runner.getMetadata().setGeneration(runner.getMetadata().getGeneration() + 1);
        written();
        return this;
    }

    Simulation delete() {
        runner.getMetadata().setDeletionTimestamp(now.toString());
        return this;
    }

    Simulation node(String name) {
        return node(name, Map.of());
    }

    /** A new node, or the same with other labels. */
    Simulation node(String name, Map<String, String> labels) {
        ObservedNode before = nodes.get(name);
        String id = before == null ? "id" + ++nodesMade : before.id();
        nodes.put(name, new ObservedNode(name, id, labels, null, labels.toString()));
        return this;
    }

    Simulation notReady(String name) {
        ObservedNode node = nodes.get(name);
        nodes.put(name, new ObservedNode(name, node.id(), node.labels(), "It is not ready.", "not ready"));
        return this;
    }

    Simulation removeNode(String name) {
        nodes.remove(name);
        return this;
    }

    Simulation pass(long seconds) {
        now = now.plusSeconds(seconds);
        return this;
    }

    Instant now() {
        return now;
    }

    /** From now on the API server creates no pod. */
    Simulation refuse(boolean refuses) {
        refusing = refuses;
        return this;
    }

    private void written() {
        String version = runner.getMetadata().getResourceVersion();
        runner.getMetadata().setResourceVersion(String.valueOf(Integer.parseInt(version) + 1));
    }

    /** Watches fall behind, each by itself: from now on the operator knows only what was news when this was last called for a kind. */
    void hear(boolean ofRunner, boolean ofNodes, boolean ofPods) {
        Caches now = live();
        caches = caches == null
                ? now
                : new Caches(
                        ofRunner ? now.runner() : caches.runner(),
                        ofNodes ? now.nodes() : caches.nodes(),
                        ofPods ? now.pods() : caches.pods());
    }

    /** Another process: what it lists first is what is there, and it remembers no setback. */
    void restartOperator() {
        caches = null;
        setbacks.clear();
        lastWrite = null;
    }

    private Caches live() {
        ScriptRunner copy = new ScriptRunner();
        copy.setMetadata(new ObjectMetaBuilder(runner.getMetadata()).build());
        copy.setSpec(runner.getSpec());
        copy.setStatus(runner.getStatus());
        return new Caches(copy, List.copyOf(nodes.values()), List.copyOf(pods.values()));
    }

    Observed observe() {
        Caches known =
                caches == null ? new Caches(runner, List.copyOf(nodes.values()), List.copyOf(pods.values())) : caches;
        Observed observed = new Observed(
                "ops/hello",
                now,
                known.runner(),
                known.nodes(),
                known.pods(),
                Map.copyOf(setbacks),
                lastWrite,
                List.of());
        if (Planner.isUnsettled(observed)) {
            Map<String, ObservedPod> asked = new TreeMap<>();
            known.pods().forEach(pod -> asked.put(pod.name(), pod));
            asked.putAll(pods);
            observed = observed.withPods(List.copyOf(asked.values()));
        }
        for (ObservedPod pod : observed.finished()) {
            observed = observed.with(resultOf(pod));
        }
        return observed;
    }

    /** Plans once, writes the status and does what it says. */
    Plan step() {
        return step(Integer.MAX_VALUE);
    }

    /**
     * As {@link #step()}, by an operator that is killed after so many actions.
     *
     * @return a plan without a status where that could not be written
     */
    Plan step(int mostActions) {
        Observed observed = observe();
        Plan plan = Planner.plan(observed);
        if (plan.status() != null && !plan.isIdle()) {
            String plannedOn = observed.runner().getMetadata().getResourceVersion();
            if (!plannedOn.equals(runner.getMetadata().getResourceVersion())) {
                return Plan.later(observed, Duration.ZERO);
            }
            if (plan.changesStatus()) {
                written();
            }
            runner.setStatus(plan.status());
            lastWrite = now;
        }
        act(plan, mostActions);
        return plan;
    }

    private void act(Plan plan, int mostActions) {
        List<Runnable> actions = new ArrayList<>();
        plan.released().forEach(pod -> actions.add(() -> pods.remove(pod.name())));
        plan.unwanted().forEach(pod -> actions.add(() -> pods.computeIfPresent(pod.name(), (name, is) -> deleted(is))));
        plan.starts()
                .forEach(start -> actions.add(() -> {
                    if (refusing) {
                        setbacks.merge(
                                start.name(),
                                new Setback("AdmissionDenied", "Nobody may.", true, now, 1),
                                (before, first) ->
                                        new Setback(first.reason(), first.message(), true, now, before.count() + 1));
                    } else {
                        setbacks.remove(start.name());
                        pods.putIfAbsent(start.name(), created(start));
                    }
                }));
        actions.stream().limit(mostActions).forEach(Runnable::run);
    }

    /** Takes steps until there is nothing to do for now. */
    Simulation settle() {
        for (int i = 0; i < 20; i++) {
            if (step().isIdle()) {
                return this;
            }
        }
        throw new AssertionError("planning does not come to rest: " + Planner.plan(observe()));
    }

    Simulation begin(String node) {
        ObservedPod pod = pod(node);
        pods.put(pod.name(), changed(pod, State.Running, null, null, now, null, null));
        return settle();
    }

    Simulation end(String node, int exitCode) {
        ObservedPod pod = pod(node);
        pods.put(pod.name(), changed(pod, State.Ended, null, null, pod.startTime(), now, exitCode));
        return settle();
    }

    /** A whole run: a second until it begins, another until it ends. */
    Simulation run(String node, int exitCode) {
        return pass(1).begin(node).pass(1).end(node, exitCode);
    }

    Simulation lose(String node) {
        ObservedPod pod = pod(node);
        pods.put(
                pod.name(),
                changed(pod, State.Lost, "Evicted", "The node was low on memory.", pod.startTime(), now, 137));
        return settle();
    }

    Simulation stick(String node, String reason) {
        ObservedPod pod = pod(node);
        pods.put(pod.name(), changed(pod, State.Pending, reason, "It says why.", null, null, null));
        return settle();
    }

    Simulation reject(String node) {
        ObservedPod pod = pod(node);
        pods.put(pod.name(), changed(pod, State.NeverBegan, "OutOfpods", "There is no room.", null, null, null));
        return settle();
    }

    Simulation removePod(String node) {
        pods.remove(pod(node).name());
        return settle();
    }

    /** As if the pod had never been there. */
    void forgetPod(String name) {
        pods.remove(name);
    }

    boolean hasNode(String name) {
        return nodes.containsKey(name);
    }

    boolean hasNode(String name, String id) {
        return hasNode(name) && nodes.get(name).id().equals(id);
    }

    /** What a kubelet might report of a pod now. */
    void become(ObservedPod pod, State state) {
        become(pod, state, 0);
    }

    void become(ObservedPod pod, State state, int exitCode) {
        Instant start = state == State.NeverBegan || state == State.Pending
                ? null
                : pod.startTime() == null ? now : pod.startTime();
        boolean over = state == State.Ended || state == State.Lost;
        String reason = state == State.Running || state == State.Ended ? null : "Because";
        pods.put(pod.name(), changed(pod, state, reason, null, start, over ? now : null, over ? exitCode : null));
    }

    void putPod(ObservedPod pod) {
        pods.put(pod.name(), pod);
    }

    /** Ends the pod of a node before it begins. */
    Simulation removeUnbegun(String node) {
        pods.remove(pod(node).name());
        return this;
    }

    List<ObservedPod> pods() {
        return List.copyOf(pods.values());
    }

    /** The only pod of a node. */
    ObservedPod pod(String node) {
        List<ObservedPod> found = pods.values().stream()
                .filter(pod -> pod.nodeName().equals(node))
                .toList();
        if (found.size() != 1) {
            throw new AssertionError("pods of " + node + ": " + found);
        }
        return found.get(0);
    }

    ScriptRunnerStatus status() {
        return runner.getStatus();
    }

    NodeStatus entry(String node) {
        return status().nodes().stream()
                .filter(entry -> entry.name().equals(node))
                .findFirst()
                .orElseThrow(() -> new AssertionError("no entry of " + node + " in " + status().nodes()));
    }

    List<Integer> history(String node) {
        return entry(node).history().stream().map(RunResult::run).toList();
    }

    Condition condition(String type) {
        return status().conditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst()
                .orElseThrow();
    }

    /** {@code status/reason} of a condition. */
    String says(String type) {
        return condition(type).getStatus() + "/" + condition(type).getReason();
    }

    private static RunResult resultOf(ObservedPod pod) {
        Outcome outcome = pod.state() == State.Lost
                ? Outcome.Lost
                : Objects.equals(pod.exitCode(), 0) ? Outcome.Succeeded : Outcome.Failed;
        return new RunResult(
                pod.run(),
                pod.revision(),
                outcome,
                pod.exitCode(),
                "said by " + pod.nodeName(),
                null,
                null,
                null,
                null,
                null,
                pod.startTime(),
                pod.finishTime(),
                pod.name());
    }

    private static ObservedPod created(PodToStart start) {
        return new ObservedPod(
                "ops",
                start.name(),
                "hello",
                "uid-of-hello",
                start.nodeName(),
                start.revision(),
                start.run(),
                State.Pending,
                null,
                null,
                null,
                null,
                null,
                null,
                true,
                false);
    }

    private static ObservedPod deleted(ObservedPod pod) {
        State state = pod.state() == State.Pending ? State.NeverBegan : pod.state();
        return pod.with().state(state).deleting(true).build();
    }

    private static ObservedPod changed(
            ObservedPod pod,
            State state,
            String reason,
            String message,
            Instant start,
            Instant finish,
            Integer exitCode) {
        return pod.with()
                .state(state)
                .reason(reason)
                .message(message)
                .startTime(start)
                .finishTime(finish)
                .exitCode(exitCode)
                .build();
    }
}
