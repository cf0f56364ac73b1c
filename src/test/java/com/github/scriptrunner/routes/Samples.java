package com.github.scriptrunner.routes;

import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerSpec;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import com.github.scriptrunner.domain.ObservedPod;
import com.github.scriptrunner.domain.Plan;
import com.github.scriptrunner.domain.PodToStart;
import com.github.scriptrunner.domain.RecordedResult;
import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.List;

/** One of each thing that goes through the routes, in namespace {@code ops}. */
final class Samples {
    static final String MESSAGE = """
            {"version": 1, "outcome": "Succeeded", "exitCode": 0, "stdout": "said", "stderr": "",
             "stdoutBytes": 4, "stderrBytes": 0, "truncated": false}""";

    private static final Instant START = Instant.parse("2026-01-01T00:00:00Z");

    private Samples() {}

    static ScriptRunner runner(String name) {
        return runnerOn(name, null);
    }

    static ScriptRunner runnerOnNodesWith(String name, String label, String value) {
        return runnerOn(
                name, new LabelSelectorBuilder().addToMatchLabels(label, value).build());
    }

    private static ScriptRunner runnerOn(String name, LabelSelector selector) {
        ScriptRunner runner = new ScriptRunner();
        runner.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ops")
                .withName(name)
                .withUid("uid-of-" + name)
                .withResourceVersion("7")
                .withGeneration(1L)
                .build());
        runner.setSpec(new ScriptRunnerSpec("print(1)", selector, null, null, null, null, null, null));
        return runner;
    }

    static Node node(String name, String label, String value) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .withUid("uid-of-" + name)
                .addToLabels(label, value)
                .endMetadata()
                .withNewStatus()
                .addNewCondition()
                .withType("Ready")
                .withStatus("True")
                .endCondition()
                .endStatus()
                .build();
    }

    static ObservedPod ended(String name, int exitCode, String terminationMessage) {
        return new ObservedPod(
                "ops",
                name,
                "hello",
                "uid-of-hello",
                "n1",
                1,
                1,
                ObservedPod.State.Ended,
                null,
                null,
                START,
                START.plusSeconds(1),
                exitCode,
                terminationMessage,
                true,
                false);
    }

    static ObservedPod pod(String name) {
        return ended(name, 0, MESSAGE);
    }

    static PodToStart start(String podName) {
        return new PodToStart(runner("hello"), podName, "n1", "id-of-n1", 1, 1);
    }

    static RecordedResult recorded() {
        RunResult result = RunResult.of(1, 1, Outcome.Failed, "Nothing.", START, START.plusSeconds(1), "hello-1");
        return new RecordedResult("ops", "hello", "n1", result);
    }

    /** Of a runner that says nothing new and has these pods to see to. */
    static Plan plan(
            List<RecordedResult> recorded,
            List<ObservedPod> released,
            List<ObservedPod> unwanted,
            List<PodToStart> starts) {
        return new Plan(
                "ops/hello",
                runner("hello"),
                ScriptRunnerStatus.NONE,
                false,
                recorded,
                released,
                unwanted,
                starts,
                null);
    }
}
