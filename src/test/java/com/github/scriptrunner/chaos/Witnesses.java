package com.github.scriptrunner.chaos;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerSpec;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/**
 * ScriptRunners on all nodes that write down each run in a file, in a namespace of their own: a run has to be once in the file and once in
 * the status.
 */
final class Witnesses implements AutoCloseable {
    private static final Duration PATIENCE = Duration.ofMinutes(5);

    private final KubernetesClient client;
    private final String namespace;
    private final Path ran;
    private final Ledger ledger = new Ledger();
    private final SharedIndexInformer<ScriptRunner> watch;

    Witnesses(KubernetesClient client, Path ran) {
        this.client = client;
        this.ran = ran;
        this.namespace = client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withGenerateName("chaos-")
                        .endMetadata()
                        .build())
                .create()
                .getMetadata()
                .getName();
        this.watch = client.resources(ScriptRunner.class).inNamespace(namespace).inform(ledger);
    }

    void create(String name, int runs, int periodSeconds, int milliseconds) {
        create(name, runs, 0, periodSeconds, milliseconds);
    }

    void create(String name, int runs, int initialDelaySeconds, int periodSeconds, int milliseconds) {
        ScriptRunner runner = new ScriptRunner();
        runner.setMetadata(
                new ObjectMetaBuilder().withNamespace(namespace).withName(name).build());
        runner.setSpec(new ScriptRunnerSpec(
                """
                import os, time
                with open("%s", "a") as ran:
                    ran.write(" ".join(map(os.environ.get, ["SCRIPTRUNNER_NAME", "NODE_NAME", "SCRIPTRUNNER_RUN"])) + "\\n")
                time.sleep(%d / 1000)
                """.formatted(ran, milliseconds), null, null, runs, initialDelaySeconds, periodSeconds, runs, null));
        client.resource(runner).create();
    }

    boolean isComplete(String name) {
        ScriptRunner runner = resource(name).get();
        return runner.getStatus() != null && runner.getStatus().isComplete();
    }

    void awaitComplete(List<String> names) {
        await().atMost(PATIENCE).until(() -> names.stream().allMatch(this::isComplete));
    }

    private Resource<ScriptRunner> resource(String name) {
        return client.resources(ScriptRunner.class).inNamespace(namespace).withName(name);
    }

    /** Each run of this runner, which is complete, happened once and succeeded, and that is what its status says. */
    void assertEachRunOnce(String name) throws IOException {
        ScriptRunner runner = resource(name).get();
        int runs = runner.getSpec().runs();
        try (Stream<String> lines = Files.lines(ran)) {
            assertThat(lines.filter(line -> line.startsWith(name + " ")))
                    .as("runs that happened")
                    .containsExactlyInAnyOrderElementsOf(Chaos.NODES.stream()
                            .flatMap(node -> runs(runs).map(run -> name + " " + node + " " + run))
                            .toList());
        }
        assertThat(runner.getStatus().nodes())
                .as("runs that are recorded")
                .hasSameSizeAs(Chaos.NODES)
                .allSatisfy(node -> {
                    assertThat(node.history()).extracting(RunResult::outcome).containsOnly(Outcome.Succeeded);
                    assertThat(node.history()).extracting(RunResult::run).containsExactlyElementsOf(newestFirst(runs));
                })
                .extracting(NodeStatus::name)
                .containsExactlyElementsOf(Chaos.NODES);
        assertThat(ledger.broken()).isEmpty();
    }

    private static Stream<Integer> runs(int runs) {
        return IntStream.rangeClosed(1, runs).boxed();
    }

    private static List<Integer> newestFirst(int runs) {
        return runs(runs).map(run -> runs + 1 - run).toList();
    }

    /** See {@link Ledger#delays}. */
    List<Duration> delays() {
        return ledger.delays();
    }

    /** All results that the statuses of its runners have, as {@code NAMESPACE/RUNNER/NODE RUN}. */
    Set<String> recorded() {
        return client.resources(ScriptRunner.class).inNamespace(namespace).list().getItems().stream()
                .filter(runner -> runner.getStatus() != null)
                .flatMap(runner -> runner.getStatus().nodes().stream()
                        .flatMap(node -> node.history().stream()
                                .map(result -> "%s/%s/%s %d"
                                        .formatted(
                                                namespace, runner.getMetadata().getName(), node.name(), result.run()))))
                .collect(Collectors.toSet());
    }

    void delete(String name) {
        resource(name).delete();
    }

    /** Once all are deleted. */
    void awaitNothingLeft() {
        await().atMost(PATIENCE).untilAsserted(() -> {
            assertThat(client.pods().inNamespace(namespace).list().getItems()).isEmpty();
            assertThat(client.configMaps()
                            .inNamespace(namespace)
                            .withLabel("app.kubernetes.io/managed-by", "scriptrunner-operator")
                            .list()
                            .getItems())
                    .isEmpty();
        });
        client.namespaces().withName(namespace).delete();
        await("a namespace goes once no finalizer holds anything in it")
                .atMost(PATIENCE)
                .until(() -> client.namespaces().withName(namespace).get() == null);
    }

    @Override
    public void close() {
        watch.close();
        client.namespaces().withName(namespace).delete();
    }
}
