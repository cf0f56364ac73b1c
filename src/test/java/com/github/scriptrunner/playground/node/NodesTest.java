package com.github.scriptrunner.playground.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.playground.apiserver.ApiServer;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.Toleration;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(60)
class NodesTest {
    private static final String PROGRAM = """
            import json, os, sys
            print(json.dumps({"args": sys.argv[1:], "cwd": os.getcwd()}))
            """;

    @TempDir
    private static Path directory;

    private static PodLogs logs;
    private static ApiServer api;
    private static Nodes nodes;
    private static KubernetesClient client;

    private final List<Pod> created = new ArrayList<>();

    @BeforeAll
    static void startNodes() throws Exception {
        logs = new PodLogs();
        api = ApiServer.start(directory, logs);
        Path program = Files.writeString(directory.resolve("program.py"), PROGRAM);
        nodes = Nodes.start(api.kubeconfig(), directory, program, logs);
        nodes.register("node-1");
        client = api.newClient();
    }

    @AfterAll
    static void closeNodes() {
        client.close();
        nodes.close();
        api.close();
    }

    @AfterEach
    void deletePods() {
        for (Pod pod : created) {
            client.resource(pod).withGracePeriod(0).delete();
            removeFinalizers(pod);
        }
    }

    private static void removeFinalizers(Pod pod) {
        if (client.resource(pod).get() != null) {
            client.resource(pod).patch(PatchContext.of(PatchType.JSON_MERGE), "{\"metadata\": {\"finalizers\": null}}");
        }
    }

    private Pod create(Pod pod) {
        Pod answer = client.resource(pod).create();
        created.add(answer);
        return answer;
    }

    private static PodBuilder pod(String name, String node, String... command) {
        return new PodBuilder()
                .withNewMetadata()
                .withName(name)
                .withNamespace("default")
                .endMetadata()
                .withNewSpec()
                .withNewAffinity()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .addNewNodeSelectorTerm()
                .addNewMatchField()
                .withKey("metadata.name")
                .withOperator("In")
                .withValues(node)
                .endMatchField()
                .endNodeSelectorTerm()
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity()
                .withRestartPolicy("Never")
                .addNewContainer()
                .withName("script")
                .withImage("any")
                .withCommand(command)
                .withTerminationMessagePath("/dev/termination-log")
                .endContainer()
                .endSpec();
    }

    private static PodBuilder shell(String name, String node, String script) {
        return pod(name, node, "sh", "-c", script);
    }

    /** A pod of the node with volume {@code script} at /script and an empty one at /tmp. */
    private static PodBuilder withVolumes(PodBuilder pod, String configMap) {
        return pod.editSpec()
                .editFirstContainer()
                .addNewVolumeMount()
                .withName("script")
                .withMountPath("/script")
                .endVolumeMount()
                .addNewVolumeMount()
                .withName("tmp")
                .withMountPath("/tmp")
                .endVolumeMount()
                .endContainer()
                .addNewVolume()
                .withName("script")
                .withNewConfigMap()
                .withName(configMap)
                .endConfigMap()
                .endVolume()
                .addNewVolume()
                .withName("tmp")
                .withNewEmptyDir()
                .endEmptyDir()
                .endVolume()
                .endSpec();
    }

    private static Pod awaitPod(Pod pod, Predicate<Pod> expected) {
        return await().pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(20))
                .until(() -> client.resource(pod).get(), found -> found != null && expected.test(found));
    }

    private static Pod awaitPhase(Pod pod, String phase) {
        return awaitPod(pod, found -> phase.equals(found.getStatus().getPhase()));
    }

    private static void awaitGone(Pod pod) {
        await().pollInterval(Duration.ofMillis(50))
                .atMost(Duration.ofSeconds(20))
                .until(() -> client.resource(pod).get() == null);
    }

    private static ContainerStateTerminated terminated(Pod pod) {
        return pod.getStatus().getContainerStatuses().get(0).getState().getTerminated();
    }

    private static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
    }

    private static String log(Pod pod) throws IOException {
        try (InputStream log = logs.open("default", pod.getMetadata().getName(), "script", false)) {
            return new String(log.readAllBytes(), StandardCharsets.UTF_8);
        }
    }

    private static Path podDirectory(Pod pod) {
        return directory.resolve("pods").resolve(pod.getMetadata().getUid());
    }

    private static boolean isAlive(String pid) {
        return ProcessHandle.of(Long.parseLong(pid)).isPresent();
    }

    @Test
    void aRegisteredNodeIsReadyAndDescribesItself() {
        Node node = client.nodes().withName("node-1").get();

        assertThat(NodeRegistration.isReady(node)).isTrue();
        assertThat(node.getMetadata().getLabels())
                .containsEntry("kubernetes.io/hostname", "node-1")
                .containsEntry("kubernetes.io/os", "linux")
                .containsKey("kubernetes.io/arch");
        assertThat(node.getStatus().getCapacity()).containsKeys("cpu", "memory", "pods");
    }

    @Test
    void aPodRunsOnTheNodeThatItsAffinityNames() throws Exception {
        Pod pod = create(shell("runs", "node-1", "echo out; echo err >&2").build());

        Pod ended = awaitPhase(pod, "Succeeded");

        assertThat(ended.getSpec().getNodeName()).isEqualTo("node-1");
        assertThat(terminated(ended).getExitCode()).isZero();
        assertThat(terminated(ended).getReason()).isEqualTo("Completed");
        assertThat(terminated(ended).getStartedAt()).isNotNull();
        assertThat(terminated(ended).getFinishedAt()).isNotNull();
        assertThat(ended.getStatus().getStartTime()).isNotNull();
        assertThat(condition(ended, "Ready").orElseThrow().getReason()).isEqualTo("PodCompleted");
        assertThat(log(pod)).isEqualTo("out\nerr\n");
    }

    @Test
    void aFailedContainerTellsItsExitCodeAndItsTerminationMessage() {
        Pod pod = create(pod(
                        "fails",
                        "node-1",
                        "python3",
                        "-c",
                        "import sys; open(sys.argv[1], 'w').write('x' * 5000 + 'end'); sys.exit(3)",
                        "/dev/termination-log")
                .build());

        Pod ended = awaitPhase(pod, "Failed");

        assertThat(terminated(ended).getExitCode()).isEqualTo(3);
        assertThat(terminated(ended).getReason()).isEqualTo("Error");
        assertThat(terminated(ended).getMessage()).hasSize(4096).endsWith("xend");
    }

    @Test
    void aContainerWithoutCommandRunsTheProgramWithLocalPaths() throws Exception {
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("without-command")
                        .endMetadata()
                        .build())
                .create();
        Pod pod = create(withVolumes(pod("without-command", "node-1"), "without-command")
                .editSpec()
                .editFirstContainer()
                .withArgs("--script", "/script/script.py", "--result", "/dev/termination-log", "--pip", "a /tmp b")
                .withWorkingDir("/tmp")
                .endContainer()
                .endSpec()
                .build());

        awaitPhase(pod, "Succeeded");

        Path local = podDirectory(pod).toRealPath();
        assertThat(log(pod))
                .contains("\"--script\", \"" + podDirectory(pod) + "/volumes/script/script.py\"")
                .contains("\"--result\", \"" + podDirectory(pod) + "/termination-message\"")
                .contains("\"--pip\", \"a /tmp b\"")
                .contains("\"cwd\": \"" + local + "/volumes/tmp\"");
    }

    @Test
    void filesArriveByteForByteAndPrivate() throws Exception {
        byte[] bytes = new byte[256];
        IntStream.range(0, 256).forEach(each -> bytes[each] = (byte) each);
        String text = "print('ä \"😀\" \\ \t $HOME {{x}} ${body}')\r\n";
        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("bytes")
                        .endMetadata()
                        .withData(Map.of("text", text))
                        .withBinaryData(Map.of("bytes", Base64.getEncoder().encodeToString(bytes)))
                        .build())
                .create();
        Pod pod = create(withVolumes(pod("bytes", "node-1", "cat", "/script/text"), "bytes")
                .build());

        awaitPhase(pod, "Succeeded");

        Path volume = podDirectory(pod).resolve("volumes/script");
        assertThat(log(pod)).isEqualTo(text);
        assertThat(volume.resolve("bytes")).hasBinaryContent(bytes);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(volume.resolve("bytes"))))
                .isEqualTo("rw-------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(podDirectory(pod))))
                .isEqualTo("rwx------");
    }

    @Test
    void theEnvironmentIsThePodsAndHoldsNoMoreOfTheCallersThanNeeded() throws Exception {
        Pod pod = create(pod("environment", "node-1", "env")
                .editSpec()
                .editFirstContainer()
                .addNewEnv()
                .withName("LITERAL")
                .withValue("a $HOME 'b'")
                .endEnv()
                .addNewEnv()
                .withName("NODE_NAME")
                .withNewValueFrom()
                .withNewFieldRef("v1", "spec.nodeName")
                .endValueFrom()
                .endEnv()
                .endContainer()
                .endSpec()
                .build());

        awaitPhase(pod, "Succeeded");

        assertThat(log(pod).lines())
                .contains("LITERAL=a $HOME 'b'", "NODE_NAME=node-1")
                .anyMatch(line -> line.startsWith("PATH="))
                .noneMatch(line -> line.startsWith("HOME=") || line.startsWith("USER="));
    }

    @Test
    void aPodWaitsForItsConfigMap() {
        Pod pod = create(withVolumes(shell("waits", "node-1", "exit 0"), "late").build());
        Pod waiting = awaitPod(
                pod,
                found -> found.getStatus().getContainerStatuses().stream()
                        .anyMatch(each -> each.getState().getWaiting() != null
                                && each.getState().getWaiting().getMessage() != null));
        assertThat(waiting.getStatus().getPhase()).isEqualTo("Pending");
        assertThat(waiting.getStatus()
                        .getContainerStatuses()
                        .get(0)
                        .getState()
                        .getWaiting()
                        .getReason())
                .isEqualTo("ContainerCreating");

        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withName("late")
                        .endMetadata()
                        .build())
                .create();

        awaitPhase(pod, "Succeeded");
    }

    @Test
    void aNodeThatAnybodyCreatesRunsThePodsThatWaitForIt() {
        Pod pod = create(shell("early", "node-new", "exit 0").build());
        Pod waiting = awaitPod(pod, found -> condition(found, "PodScheduled").isPresent());
        assertThat(condition(waiting, "PodScheduled").orElseThrow().getReason()).isEqualTo("Unschedulable");

        client.resource(new NodeBuilder()
                        .withNewMetadata()
                        .withName("node-new")
                        .addToLabels("mine", "too")
                        .endMetadata()
                        .build())
                .create();

        awaitPhase(pod, "Succeeded");
        Node node = client.nodes().withName("node-new").get();
        assertThat(node.getMetadata().getLabels())
                .containsEntry("mine", "too")
                .containsEntry("kubernetes.io/hostname", "node-new");
    }

    @Test
    void aDeletedNodeEndsItsPods() throws Exception {
        nodes.register("node-deleted");
        Pod pod = create(shell("orphan", "node-deleted", "echo $$; exec sleep 1000")
                .editMetadata()
                .addToFinalizers("test.example/kept")
                .endMetadata()
                .build());
        awaitPhase(pod, "Running");
        await().until(() -> log(pod).endsWith("\n"));

        client.nodes().withName("node-deleted").delete();

        Pod collected = awaitPod(pod, found -> found.getMetadata().getDeletionTimestamp() != null);
        assertThat(collected.getStatus().getPhase()).isEqualTo("Failed");
        assertThat(condition(collected, "DisruptionTarget").orElseThrow().getReason())
                .isEqualTo("DeletionByPodGC");
        await().atMost(Duration.ofSeconds(5)).until(() -> !isAlive(log(pod).strip()));
        removeFinalizers(pod);
        awaitGone(pod);
    }

    @Test
    void aPodOfANodeThatIsNotThereIsCollected() {
        Pod pod = create(shell("nowhere", "unused", "exit 0")
                .editSpec()
                .withNodeName("node-nowhere")
                .endSpec()
                .build());

        awaitGone(pod);
    }

    @Test
    void aCordonedNodeTakesOnlyPodsThatTolerateIt() {
        nodes.register("node-cordoned");
        client.nodes()
                .withName("node-cordoned")
                .edit(node -> new NodeBuilder(node)
                        .editOrNewSpec()
                        .withUnschedulable(true)
                        .endSpec()
                        .build());
        Pod refused = create(shell("refused", "node-cordoned", "exit 0").build());

        Pod tolerating = create(shell("tolerating", "node-cordoned", "exit 0")
                .editSpec()
                .addToTolerations(
                        new Toleration("NoSchedule", "node.kubernetes.io/unschedulable", "Exists", null, null))
                .endSpec()
                .build());

        awaitPhase(tolerating, "Succeeded");
        Pod pending =
                awaitPod(refused, found -> condition(found, "PodScheduled").isPresent());
        assertThat(condition(pending, "PodScheduled").orElseThrow().getMessage())
                .contains("node.kubernetes.io/unschedulable");
        assertThat(pending.getSpec().getNodeName()).isNull();
    }

    @Test
    void aNodeThatIsNotReadyStartsNothingUntilItIs() {
        nodes.register("node-unready");
        setReady("node-unready", "False");
        Pod pod = create(shell("unready", "node-unready", "exit 0").build());
        Pod pending = awaitPod(pod, found -> condition(found, "PodScheduled").isPresent());
        assertThat(condition(pending, "PodScheduled").orElseThrow().getMessage())
                .contains("node.kubernetes.io/not-ready");

        setReady("node-unready", "True");

        awaitPhase(pod, "Succeeded");
    }

    private static void setReady(String name, String status) {
        client.nodes().withName(name).editStatus(node -> {
            node.getStatus().getConditions().stream()
                    .filter(condition -> condition.getType().equals("Ready"))
                    .forEach(condition -> condition.setStatus(status));
            return node;
        });
    }

    @Test
    void aDeletedPodGetsSigtermTellsHowItEndedAndIsGone() {
        Pod pod = create(shell("deleted", "node-1", "trap 'exit 7' TERM; echo ready; while :; do sleep 0.05; done")
                .editMetadata()
                .addToFinalizers("test.example/kept")
                .endMetadata()
                .build());
        awaitPhase(pod, "Running");
        await().until(() -> log(pod).contains("ready"));

        client.resource(pod).delete();

        Pod ended = awaitPod(
                pod, found -> Long.valueOf(0).equals(found.getMetadata().getDeletionGracePeriodSeconds()));
        assertThat(terminated(ended).getExitCode()).isEqualTo(7);
        removeFinalizers(pod);
        awaitGone(pod);
        await().until(() -> Files.notExists(podDirectory(pod)));
    }

    @Test
    void aPodThatIgnoresSigtermIsKilledAfterItsGracePeriod() {
        Pod pod = create(shell("stubborn", "node-1", "trap '' TERM; echo ready; while :; do sleep 0.05; done")
                .editMetadata()
                .addToFinalizers("test.example/kept")
                .endMetadata()
                .build());
        awaitPhase(pod, "Running");
        await().until(() -> log(pod).contains("ready"));

        client.resource(pod).withGracePeriod(1).delete();

        Pod ended = awaitPhase(pod, "Failed");
        assertThat(terminated(ended).getExitCode()).isEqualTo(137);
    }

    @Test
    void aLogIsFollowedUntilTheContainerEnds() throws Exception {
        Pod pod = create(shell("followed", "node-1", "echo first; until [ -e go ]; do sleep 0.05; done; echo last")
                .build());
        awaitPhase(pod, "Running");

        try (InputStream log = logs.open("default", "followed", "script", true)) {
            assertThat(new String(log.readNBytes(6), StandardCharsets.UTF_8)).isEqualTo("first\n");
            Files.createFile(podDirectory(pod).resolve("go"));
            assertThat(new String(log.readAllBytes(), StandardCharsets.UTF_8)).isEqualTo("last\n");
        }
    }

    @Test
    void notMoreThan32ContainersRunAtATime() throws Exception {
        List<Pod> many = new ArrayList<>();
        Path go = directory.resolve("go");
        for (int number = 0; number < 34; number++) {
            many.add(create(shell("many-" + number, "node-1", "until [ -e " + go + " ]; do sleep 0.5; done")
                    .build()));
        }
        await().atMost(Duration.ofSeconds(30)).until(() -> inPhase(many, "Running") == 32);
        assertThat(inPhase(many, "Pending")).isEqualTo(2);

        Files.createFile(go);

        await().atMost(Duration.ofSeconds(30)).until(() -> inPhase(many, "Succeeded") == 34);
    }

    private static long inPhase(List<Pod> pods, String phase) {
        return client.pods().inNamespace("default").list().getItems().stream()
                .filter(pod -> pods.stream()
                        .anyMatch(each -> each.getMetadata()
                                .getUid()
                                .equals(pod.getMetadata().getUid())))
                .filter(pod -> phase.equals(pod.getStatus().getPhase()))
                .count();
    }
}
