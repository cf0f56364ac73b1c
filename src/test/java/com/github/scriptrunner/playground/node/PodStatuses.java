package com.github.scriptrunner.playground.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateBuilder;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.ContainerStatusBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodConditionBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.PodStatusBuilder;
import io.fabric8.kubernetes.api.model.Quantity;
import io.fabric8.kubernetes.api.model.ResourceRequirements;
import io.fabric8.kubernetes.api.model.Taint;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * The statuses of a pod as kubelet, scheduler and pod garbage collector write them.
 *
 * <pre>
 * unschedulable → waiting → running → ended
 *                    └────────┴─────→ collected (its node is gone)
 * </pre>
 */
final class PodStatuses {
    private static final String LOOPBACK = "127.0.0.1";

    private PodStatuses() {}

    static PodStatus unplaceable(Pod pod, String message, Instant now) {
        return new PodStatusBuilder()
                .withPhase("Pending")
                .withConditions(List.of(condition(pod, "PodScheduled", false, "Unschedulable", message, now)))
                .withQosClass(qosClass(pod))
                .build();
    }

    /** Bound to its node, the container not yet started for this reason. */
    static PodStatus waiting(Pod pod, String reason, String message, Instant now) {
        ContainerState state = new ContainerStateBuilder()
                .withNewWaiting()
                .withReason(reason)
                .withMessage(message)
                .endWaiting()
                .build();
        return status(pod, "Pending", container(pod, state).withStarted(false).build(), now);
    }

    static PodStatus running(Pod pod, long pid, Instant startedAt) {
        ContainerState state =
                new ContainerStateBuilder().withNewRunning(time(startedAt)).build();
        return status(
                pod,
                "Running",
                container(pod, state)
                        .withStarted(true)
                        .withReady(true)
                        .withContainerID(containerId(pid))
                        .build(),
                startedAt);
    }

    static PodStatus ended(Pod pod, long pid, Instant startedAt, int exitCode, String message, Instant now) {
        ContainerState state = new ContainerStateBuilder()
                .withNewTerminated()
                .withExitCode(exitCode)
                .withReason(exitCode == 0 ? "Completed" : "Error")
                .withMessage(message)
                .withContainerID(containerId(pid))
                .withStartedAt(time(startedAt))
                .withFinishedAt(time(now))
                .endTerminated()
                .build();
        return status(
                pod,
                exitCode == 0 ? "Succeeded" : "Failed",
                container(pod, state)
                        .withStarted(false)
                        .withContainerID(containerId(pid))
                        .build(),
                now);
    }

    /** Deleted before its container started. */
    static PodStatus neverStarted(Pod pod, Instant now) {
        ContainerState state = new ContainerStateBuilder()
                .withNewWaiting()
                .withReason("ContainerCreating")
                .endWaiting()
                .build();
        return status(pod, "Failed", container(pod, state).withStarted(false).build(), now);
    }

    /** Failed because this node cannot run such a pod. */
    static PodStatus rejected(Pod pod, String reason, String message, Instant now) {
        return new PodStatusBuilder()
                .withPhase("Failed")
                .withReason(reason)
                .withMessage(message)
                .withStartTime(time(now))
                .withQosClass(qosClass(pod))
                .build();
    }

    /** The status of a pod whose node is gone, its container's state left as it was last known. */
    static PodStatus collected(Pod pod, Instant now) {
        PodStatus known = Optional.ofNullable(pod.getStatus()).orElseGet(PodStatus::new);
        List<PodCondition> conditions = new ArrayList<>(known.getConditions());
        conditions.removeIf(condition -> condition.getType().equals("DisruptionTarget"));
        conditions.add(
                condition(pod, "DisruptionTarget", true, "DeletionByPodGC", "PodGC: node no longer exists", now));
        return new PodStatusBuilder(known)
                .withPhase("Failed")
                .withConditions(conditions)
                .build();
    }

    private static PodStatus status(Pod pod, String phase, ContainerStatus container, Instant now) {
        boolean ready = container.getReady();
        String unready = switch (phase) {
            case "Succeeded" -> "PodCompleted";
            case "Failed" -> "PodFailed";
            default -> "ContainersNotReady";
        };
        String reason = ready ? null : unready;
        String message =
                phase.equals("Pending") ? "containers with unready status: [" + container.getName() + "]" : null;
        return new PodStatusBuilder()
                .withPhase(phase)
                .withConditions(
                        condition(pod, "PodScheduled", true, null, null, now),
                        condition(pod, "Initialized", true, phase.equals("Succeeded") ? reason : null, null, now),
                        condition(pod, "ContainersReady", ready, reason, message, now),
                        condition(pod, "Ready", ready, reason, message, now))
                .withContainerStatuses(container)
                .withHostIP(LOOPBACK)
                .addNewHostIP(LOOPBACK)
                .withPodIP(LOOPBACK)
                .addNewPodIP(LOOPBACK)
                .withQosClass(qosClass(pod))
                .withStartTime(
                        pod.getStatus() == null || pod.getStatus().getStartTime() == null
                                ? time(now)
                                : pod.getStatus().getStartTime())
                .build();
    }

    private static ContainerStatusBuilder container(Pod pod, ContainerState state) {
        Container container = pod.getSpec().getContainers().get(0);
        return new ContainerStatusBuilder()
                .withName(container.getName())
                .withImage(container.getImage())
                .withImageID("")
                .withReady(false)
                .withRestartCount(0)
                .withState(state);
    }

    private static String containerId(long pid) {
        return "process://" + pid;
    }

    /** Keeps the time of the pod's condition where its status does not change. */
    private static PodCondition condition(
            Pod pod, String type, boolean status, String reason, String message, Instant now) {
        String text = status ? "True" : "False";
        String transition = Optional.ofNullable(pod.getStatus()).map(PodStatus::getConditions).stream()
                .flatMap(List::stream)
                .filter(condition -> condition.getType().equals(type))
                .filter(condition -> condition.getStatus().equals(text))
                .map(PodCondition::getLastTransitionTime)
                .filter(Objects::nonNull)
                .findFirst()
                .orElse(time(now));
        return new PodConditionBuilder()
                .withType(type)
                .withStatus(text)
                .withReason(reason)
                .withMessage(message)
                .withLastTransitionTime(transition)
                .build();
    }

    static String unplaceableMessage(int nodes, Optional<Taint> taint) {
        String why = taint.map(each -> "1 node(s) had untolerated taint {" + each.getKey() + ": "
                        + Optional.ofNullable(each.getValue()).orElse("") + "}")
                .orElse(nodes + " node(s) didn't match Pod's node affinity/selector");
        return "0/" + nodes + " nodes are available: " + why + ".";
    }

    private static String qosClass(Pod pod) {
        ResourceRequirements resources = pod.getSpec().getContainers().get(0).getResources();
        boolean none = resources == null
                || (resources.getLimits().isEmpty() && resources.getRequests().isEmpty());
        if (none) {
            return "BestEffort";
        }
        Map<String, Quantity> limits = resources.getLimits();
        boolean guaranteed = limits.containsKey("cpu")
                && limits.containsKey("memory")
                && (resources.getRequests().isEmpty() || resources.getRequests().equals(limits));
        return guaranteed ? "Guaranteed" : "Burstable";
    }

    private static String time(Instant instant) {
        return instant.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
