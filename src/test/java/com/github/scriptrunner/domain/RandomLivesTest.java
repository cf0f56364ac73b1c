package com.github.scriptrunner.domain;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunnerSpec;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import com.github.scriptrunner.domain.ObservedPod.State;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.LongStream;
import org.junit.jupiter.api.Test;

/** Whatever happens, in whatever order, what is promised of a status holds. */
class RandomLivesTest {
    private static final int LIVES = Integer.getInteger("lives.count", 2_000);
    private static final int EVENTS = 30;
    private static final List<String> NODES = List.of("n1", "n2", "n3", "n4");

    @Test
    void keepWhatIsPromised() {
        long first = Long.getLong("lives.seed", System.nanoTime());
        System.out.printf("-Dlives.seed=%d -Dlives.count=%d%n", first, LIVES);
        LongStream.range(first, first + LIVES).parallel().forEach(seed -> {
            try {
                new Life(seed).live();
            } catch (AssertionError | RuntimeException e) {
                throw new AssertionError("-Dlives.seed=" + seed + ": " + e.getMessage(), e);
            }
        });
    }

    /** One sequence of events on one runner. */
    private static final class Life {
        private final Random random;
        private final Simulation cluster;
        /** By node, revision and run. */
        private final Map<String, RunResult> results = new HashMap<>();

        private final Map<String, PodToStart> starts = new HashMap<>();
        /** By node, revision and run: the pod that began, unless it was torn away before anybody knew. */
        private final Map<String, String> begun = new HashMap<>();

        private final Set<String> recordedPods = new HashSet<>();
        private final Map<String, Integer> completed = new HashMap<>();
        private final Set<String> seenPods = new HashSet<>();
        private final boolean isLagging;
        private int revision;

        Life(long seed) {
            random = new Random(seed);
            cluster = Simulation.of(randomSpec());
            isLagging = random.nextBoolean();
            NODES.subList(0, random.nextInt(NODES.size() + 1)).forEach(cluster::node);
        }

        void live() {
            for (int i = 0; i < EVENTS; i++) {
                event();
                cluster.pass(1);
                if (isLagging) {
                    cluster.hear(random.nextBoolean(), random.nextBoolean(), random.nextBoolean());
                }
                // now and then killed before it has done all
                step(random.nextInt(8) == 0 ? random.nextInt(3) : Integer.MAX_VALUE);
            }
            cluster.restartOperator();
            if (!cluster.observe().runner().getSpec().isEndless()) {
                comeToAnEnd();
            }
        }

        private void event() {
            String node = NODES.get(random.nextInt(NODES.size()));
            switch (random.nextInt(16)) {
                case 0 -> cluster.node(node, Map.of("label", String.valueOf(random.nextInt(2))));
                case 1 -> {
                    // that a run had begun may come to be known only after its node is gone, and then nobody asks any
                    // more
                    cluster.pods().stream()
                            .filter(pod -> pod.nodeName().equals(node))
                            .forEach(pod -> begun.values().remove(pod.name()));
                    cluster.removeNode(node);
                }
                case 2 -> cluster.edit(randomSpec());
                case 3 -> cluster.pass(random.nextInt(1000));
                case 4 -> cluster.refuse(random.nextBoolean());
                case 5 -> {
                    if (cluster.hasNode(node)) {
                        cluster.notReady(node);
                    }
                }
                case 6 -> {
                    // the second from which a node matches, which its pods' names are made of, may come twice
                    seenPods.clear();
                    cluster.pass(-random.nextInt(1000));
                }
                case 7 -> cluster.restartOperator();
                default -> {
                    cluster.pass(random.nextInt(5));
                    anyPod();
                }
            }
        }

        private void anyPod() {
            List<ObservedPod> pods = cluster.pods();
            if (pods.isEmpty()) {
                return;
            }
            ObservedPod pod = pods.get(random.nextInt(pods.size()));
            switch (pod.state()) {
                case Pending -> {
                    switch (random.nextInt(6)) {
                        case 0 -> cluster.become(pod, State.NeverBegan);
                        case 1 -> cluster.forgetPod(pod.name());
                        case 2 -> cluster.become(pod, State.Pending);
                        default -> begin(pod);
                    }
                }
                case Running -> {
                    switch (random.nextInt(8)) {
                        case 0 -> cluster.become(pod, State.Lost);
                        case 1 -> {
                            begun.values().remove(pod.name());
                            cluster.forgetPod(pod.name());
                        }
                        default -> cluster.become(pod, State.Ended, random.nextInt(4) / 3);
                    }
                }
                default -> {
                    // waits for the operator
                }
            }
        }

        private void begin(ObservedPod pod) {
            if (cluster.hasNode(pod.nodeName(), starts.get(pod.name()).nodeId())) {
                String before = begun.put(key(pod), pod.name());
                hold(before == null, "a run begins once");
            }
            cluster.become(pod, State.Running);
        }

        private String key(ObservedPod pod) {
            return key(starts.get(pod.name()).nodeId(), pod.revision(), pod.run());
        }

        private static String key(String nodeId, int revision, int run) {
            return nodeId + "/" + revision + "/" + run;
        }

        private void step(int mostActions) {
            if (random.nextInt(10) == 0) {
                Observed observed = cluster.observe();
                assertThat(Planner.plan(observed)).isEqualTo(Planner.plan(observed));
            }
            Set<String> there = names();
            List<ObservedPod> seen = cluster.observe().pods();
            Plan plan = cluster.step(mostActions);
            if (mostActions < Integer.MAX_VALUE) {
                cluster.restartOperator();
            }
            plan.starts().forEach(start -> starts.put(start.name(), start));
            if (plan.status() != null) {
                check(plan);
            }
            if (plan.status() != null && !plan.isIdle()) {
                // it stands in the status that these were seen
                seen.forEach(pod -> seenPods.add(pod.name()));
            }
            Set<String> created = names();
            created.removeAll(there);
            created.forEach(name -> hold(!seenPods.contains(name), "no name is used twice"));
        }

        private Set<String> names() {
            Set<String> names = new HashSet<>();
            cluster.pods().forEach(pod -> names.add(pod.name()));
            return names;
        }

        /** Plain comparisons: there are millions of them. */
        private void check(Plan plan) {
            ScriptRunnerStatus status = plan.status();
            hold(status.revision() >= revision, "revisions only go up");
            if (status.revision() > revision) {
                completed.clear();
                revision = status.revision();
            }
            int counts = status.waiting() + status.running() + status.succeeded() + status.failed() + status.skipped();
            hold(status.desired() == status.nodes().size() && status.desired() == counts, "every node is in one phase");
            Set<String> ids = new HashSet<>();
            for (NodeStatus node : status.nodes()) {
                hold(ids.add(node.nodeId()), "a node has one entry");
                Integer before = completed.put(node.nodeId(), node.completed());
                hold(before == null || node.completed() >= before, "counts never go back");
                hold(node.failed() <= node.completed(), "what failed has ended");
                hold(node.history().size() <= plan.runner().getSpec().historyLimit(), "history is within its limit");
                hold(isNewestFirst(node.history()), "history is newest first");
                for (RunResult result : node.history()) {
                    RunResult written =
                            results.putIfAbsent(key(node.nodeId(), result.revision(), result.run()), result);
                    hold(written == null || written.equals(result), "a result never changes");
                }
            }
            for (RecordedResult recorded : plan.recorded()) {
                hold(recordedPods.add(recorded.result().podName()), "a result is recorded once");
            }
            Set<String> started = new HashSet<>();
            for (PodToStart start : plan.starts()) {
                hold(started.add(start.nodeId()), "a node starts one pod at a time");
            }
            Set<String> running = new HashSet<>();
            for (ObservedPod pod : cluster.pods()) {
                hold(pod.state() != State.Running || running.add(pod.nodeName()), "one run at a time");
            }
        }

        private void hold(boolean promise, String text) {
            if (!promise) {
                throw new AssertionError("not so: " + text + ": " + cluster.status());
            }
        }

        private static boolean isNewestFirst(List<RunResult> history) {
            for (int i = 1; i < history.size(); i++) {
                if (NEWEST_FIRST.compare(history.get(i - 1), history.get(i)) >= 0) {
                    return false;
                }
            }
            return true;
        }

        /** Lets everything succeed from now on: a finite runner has to become complete. */
        private void comeToAnEnd() {
            cluster.refuse(false);
            for (String node : NODES) {
                if (cluster.hasNode(node)) {
                    cluster.node(node, Map.of("label", "1"));
                }
            }
            for (int i = 0; i < 400; i++) {
                for (ObservedPod pod : new ArrayList<>(cluster.pods())) {
                    if (pod.state() == State.Pending) {
                        begin(pod);
                    } else if (pod.state() == State.Running) {
                        cluster.become(pod, State.Ended);
                    }
                }
                step(Integer.MAX_VALUE);
                cluster.pass(20);
                if (cluster.status().isComplete() && cluster.pods().isEmpty()) {
                    assertThat(cluster.status().nodes())
                            .extracting(NodeStatus::phase)
                            .doesNotContain(Phase.Waiting, Phase.Running);
                    assertThat(recordedPods).as("what began is recorded").containsAll(begun.values());
                    return;
                }
            }
            throw new AssertionError("no end: " + cluster.status());
        }

        private ScriptRunnerSpec randomSpec() {
            return new ScriptRunnerSpec(
                    "print(%d)".formatted(random.nextInt(3)),
                    random.nextInt(3) == 0 ? Simulation.labelled("label", "1") : null,
                    null,
                    random.nextInt(6) == 0 ? -1 : 1 + random.nextInt(4),
                    random.nextInt(2) * 10,
                    random.nextInt(3) * 30,
                    random.nextInt(4),
                    null);
        }
    }

    private static final java.util.Comparator<RunResult> NEWEST_FIRST = java.util.Comparator.comparing(
                    RunResult::revision)
            .thenComparing(RunResult::run)
            .reversed();
}
