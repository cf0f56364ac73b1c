package com.github.scriptrunner.playground.node;

import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeBuilder;
import io.fabric8.kubernetes.api.model.NodeCondition;
import io.fabric8.kubernetes.api.model.NodeConditionBuilder;
import io.fabric8.kubernetes.api.model.NodeStatus;
import io.fabric8.kubernetes.api.model.NodeStatusBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import java.lang.management.ManagementFactory;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;

/** What a kubelet tells of itself when it joins. */
final class NodeRegistration {
    private static final String ARCHITECTURE = switch (System.getProperty("os.arch")) {
        case "aarch64" -> "arm64";
        case "x86_64" -> "amd64";
        default -> System.getProperty("os.arch");
    };

    private NodeRegistration() {}

    static Node node(String name) {
        return new NodeBuilder()
                .withNewMetadata()
                .withName(name)
                .withLabels(labels(name))
                .endMetadata()
                .build();
    }

    static Map<String, String> labels(String name) {
        return Map.of(
                // the name of a node may be longer than a label's value
                "kubernetes.io/hostname",
                name.length() <= 63 ? name : name.substring(0, 63).replaceFirst("[^a-z0-9]+$", ""),
                "kubernetes.io/os",
                "linux",
                "kubernetes.io/arch",
                ARCHITECTURE);
    }

    static boolean hasLabels(Node node) {
        return node.getMetadata().getLabels().keySet().containsAll(labels("").keySet());
    }

    static boolean hasStatus(Node node) {
        return node.getStatus() != null && readyCondition(node) != null;
    }

    static boolean isReady(Node node) {
        NodeCondition ready = node.getStatus() == null ? null : readyCondition(node);
        return ready != null && ready.getStatus().equals("True");
    }

    private static NodeCondition readyCondition(Node node) {
        return node.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals("Ready"))
                .findFirst()
                .orElse(null);
    }

    static NodeStatus status(String name, Instant now) {
        Map<String, Quantity> resources = Map.of(
                "cpu", Quantity.parse(Integer.toString(Runtime.getRuntime().availableProcessors())),
                "memory", Quantity.parse(memoryBytes() / 1024 + "Ki"),
                "pods", Quantity.parse("110"));
        return new NodeStatusBuilder()
                .withCapacity(resources)
                .withAllocatable(resources)
                .addNewAddress("127.0.0.1", "InternalIP")
                .addNewAddress(name, "Hostname")
                .withConditions(
                        condition("MemoryPressure", "False", "KubeletHasSufficientMemory", now),
                        condition("DiskPressure", "False", "KubeletHasNoDiskPressure", now),
                        condition("PIDPressure", "False", "KubeletHasSufficientPID", now),
                        condition("Ready", "True", "KubeletReady", now))
                .withNewNodeInfo()
                .withOperatingSystem("linux")
                .withArchitecture(ARCHITECTURE)
                .withOsImage(System.getProperty("os.name") + " (this machine)")
                .withKernelVersion(System.getProperty("os.version"))
                .withContainerRuntimeVersion("process://local")
                .withKubeletVersion("v0.1.0-playground")
                .endNodeInfo()
                .build();
    }

    private static NodeCondition condition(String type, String status, String reason, Instant now) {
        String time = now.truncatedTo(ChronoUnit.SECONDS).toString();
        return new NodeConditionBuilder()
                .withType(type)
                .withStatus(status)
                .withReason(reason)
                .withMessage("a node of the playground: its pods are processes of this machine")
                .withLastHeartbeatTime(time)
                .withLastTransitionTime(time)
                .build();
    }

    private static long memoryBytes() {
        return ManagementFactory.getOperatingSystemMXBean() instanceof com.sun.management.OperatingSystemMXBean system
                ? system.getTotalMemorySize()
                : Runtime.getRuntime().maxMemory();
    }
}
