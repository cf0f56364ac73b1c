package com.github.scriptrunner.kubernetes;

import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.domain.ObservedPod;
import com.github.scriptrunner.domain.ObservedPod.State;
import io.fabric8.kubernetes.api.model.ContainerState;
import io.fabric8.kubernetes.api.model.ContainerStateTerminated;
import io.fabric8.kubernetes.api.model.ContainerStateWaiting;
import io.fabric8.kubernetes.api.model.ContainerStatus;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodCondition;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/** What a pod's status means for a run. */
final class PodReading {
    /** What kubelet says while it has an image to get and cannot. */
    private static final Set<String> IMAGE_TROUBLES = Set.of(
            "ErrImagePull",
            "ImagePullBackOff",
            "InvalidImageName",
            "ErrImageNeverPull",
            "ImageInspectError",
            "RegistryUnavailable",
            "SignatureValidationFailed");

    /** containerd's word for a container that it does not find running after a restart of its node; the message is the log's end. */
    private static final String RESTARTED = "Unknown";

    private static final Set<String> NOBODY_SAW = Set.of(RESTARTED, "ContainerStatusUnknown");

    /** What kubelet says while all goes well. */
    private static final Set<String> ON_ITS_WAY = Set.of("ContainerCreating", "PodInitializing");

    private PodReading() {}

    /** The {@code namespace/name} of the ScriptRunner that it is for. */
    static Optional<String> runnerKey(Pod pod) {
        return owner(pod).map(owner -> pod.getMetadata().getNamespace() + "/" + owner.getName());
    }

    static ObservedPod of(Pod object) {
        Pod pod = object.getStatus() == null
                ? new PodBuilder(object).withNewStatus().endStatus().build()
                : object;
        Trouble trouble = trouble(pod);
        Optional<ContainerStateTerminated> terminated = container(pod).map(ContainerState::getTerminated);
        Instant start = startTime(pod);
        State state = state(pod, start);
        return new ObservedPod(
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName(),
                owner(pod).map(OwnerReference::getName).orElse(""),
                owner(pod).map(OwnerReference::getUid).orElse(""),
                annotation(pod, Labels.NODE),
                number(pod, Labels.REVISION),
                number(pod, Labels.RUN),
                state,
                trouble.reason(),
                trouble.message(),
                start,
                terminated
                        .map(ContainerStateTerminated::getFinishedAt)
                        .map(Instant::parse)
                        .orElse(null),
                terminated.map(ContainerStateTerminated::getExitCode).orElse(null),
                terminated.map(ContainerStateTerminated::getMessage).orElse(null),
                pod.getMetadata().getFinalizers().contains(Labels.FINALIZER),
                pod.isMarkedForDeletion());
    }

    static Optional<OwnerReference> owner(Pod pod) {
        return pod.getMetadata().getOwnerReferences().stream()
                .filter(reference -> reference.getKind().equals("ScriptRunner")
                        && reference.getApiVersion().startsWith(ScriptRunner.GROUP + "/")
                        && Boolean.TRUE.equals(reference.getController()))
                .findFirst();
    }

    private static State state(Pod pod, Instant start) {
        String phase = pod.getStatus().getPhase();
        boolean over = "Succeeded".equals(phase) || "Failed".equals(phase);
        boolean containerEnded =
                container(pod).map(ContainerState::getTerminated).isPresent();
        if (start != null) {
            return over || containerEnded ? (isLost(pod) ? State.Lost : State.Ended) : State.Running;
        }
        boolean neverPlaced = pod.isMarkedForDeletion() && pod.getSpec().getNodeName() == null;
        return over || containerEnded || neverPlaced ? State.NeverBegan : State.Pending;
    }

    /** The container's end is Kubernetes' doing, or nobody saw it. One that ended well did so before it was disturbed. */
    private static boolean isLost(Pod pod) {
        Optional<ContainerStateTerminated> terminated = container(pod).map(ContainerState::getTerminated);
        boolean endedWell = terminated.map(end -> end.getExitCode() == 0).orElse(false);
        boolean unknown = terminated
                .map(end -> NOBODY_SAW.contains(String.valueOf(end.getReason())))
                .orElse(true);
        boolean disturbed =
                disruption(pod).isPresent() || "Evicted".equals(pod.getStatus().getReason());
        return unknown || (disturbed && !endedWell);
    }

    /** Where a runtime could not start a container at all, kubelet reports that it started in 1970. */
    private static Instant startTime(Pod pod) {
        return container(pod)
                .map(state -> state.getRunning() != null
                        ? state.getRunning().getStartedAt()
                        : state.getTerminated() != null ? state.getTerminated().getStartedAt() : null)
                .map(Instant::parse)
                .filter(start -> start.isAfter(Instant.EPOCH))
                .orElse(null);
    }

    private record Trouble(String reason, String message) {}

    private static Trouble trouble(Pod pod) {
        Optional<ContainerStateWaiting> waiting = container(pod).map(ContainerState::getWaiting);
        if (waiting.isPresent() && !ON_ITS_WAY.contains(waiting.get().getReason())) {
            String reason = waiting.get().getReason();
            return new Trouble(
                    IMAGE_TROUBLES.contains(reason) ? "ImagePullFailed" : reason,
                    waiting.get().getMessage());
        }
        if (pod.getStatus().getReason() != null) {
            return new Trouble(pod.getStatus().getReason(), pod.getStatus().getMessage());
        }
        Optional<PodCondition> disruption = disruption(pod);
        Optional<ContainerStateTerminated> terminated = container(pod).map(ContainerState::getTerminated);
        if (disruption.isEmpty() && terminated.isPresent()) {
            ContainerStateTerminated end = terminated.get();
            return new Trouble(end.getReason(), RESTARTED.equals(end.getReason()) ? null : end.getMessage());
        }
        return disruption
                .or(() -> condition(pod, "PodScheduled")
                        .filter(condition -> condition.getStatus().equals("False")))
                .map(condition -> new Trouble(condition.getReason(), condition.getMessage()))
                .orElse(new Trouble(null, null));
    }

    private static Optional<PodCondition> disruption(Pod pod) {
        return condition(pod, "DisruptionTarget")
                .filter(condition -> condition.getStatus().equals("True"));
    }

    private static Optional<PodCondition> condition(Pod pod, String type) {
        return pod.getStatus().getConditions().stream()
                .filter(condition -> condition.getType().equals(type))
                .findFirst();
    }

    private static Optional<ContainerState> container(Pod pod) {
        return pod.getStatus().getContainerStatuses().stream()
                .map(ContainerStatus::getState)
                .findFirst();
    }

    private static String annotation(Pod pod, String name) {
        return Optional.ofNullable(pod.getMetadata().getAnnotations())
                .orElse(Map.of())
                .get(name);
    }

    /** 0 where someone else wrote something there. */
    private static int number(Pod pod, String label) {
        String value = Optional.ofNullable(pod.getMetadata().getLabels())
                .orElse(Map.of())
                .get(label);
        return value != null && value.matches("\\d{1,9}") ? Integer.parseInt(value) : 0;
    }
}
