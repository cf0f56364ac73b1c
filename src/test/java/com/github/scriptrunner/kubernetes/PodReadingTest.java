package com.github.scriptrunner.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.domain.ObservedPod;
import com.github.scriptrunner.domain.ObservedPod.State;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.time.Instant;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodReadingTest {
    private static final String STARTED = "startedAt: 2026-01-01T00:00:01Z";
    private static final String ENDED = STARTED + ", finishedAt: 2026-01-01T00:00:02Z";

    @ParameterizedTest(name = "{0}: {2} {3}")
    @CsvSource(
            delimiter = '|',
            value = {
                "not placed yet | {phase: Pending} | Pending |",
                "no room | {phase: Pending, conditions: [{type: PodScheduled, status: 'False', reason: Unschedulable}]}"
                        + " | Pending | Unschedulable",
                "on its way | {phase: Pending, containerStatuses: [{state: {waiting: {reason: ContainerCreating}}}]}"
                        + " | Pending |",
                "image not found | {phase: Pending, containerStatuses: [{state: {waiting: {reason: ErrImagePull}}}]}"
                        + " | Pending | ImagePullFailed",
                "image still not found | {phase: Pending, containerStatuses: [{state: {waiting: {reason: ImagePullBackOff}}}]}"
                        + " | Pending | ImagePullFailed",
                "bad container | {phase: Pending, containerStatuses: [{state: {waiting: {reason: CreateContainerError}}}]}"
                        + " | Pending | CreateContainerError",
                "running | {phase: Running, containerStatuses: [{state: {running: {" + STARTED + "}}}]} | Running |",
                "ended well | {phase: Succeeded, containerStatuses: [{state: {terminated: {exitCode: 0, reason: Completed, "
                        + ENDED + "}}}]} | Ended | Completed",
                "failed | {phase: Failed, containerStatuses: [{state: {terminated: {exitCode: 3, reason: Error, "
                        + ENDED + "}}}]} | Ended | Error",
                "container ended, pod not yet | {phase: Running, containerStatuses: [{state: {terminated: {exitCode: 3, "
                        + "reason: Error, " + ENDED + "}}}]} | Ended | Error",
                "out of memory | {phase: Failed, containerStatuses: [{state: {terminated: {exitCode: 137, reason: OOMKilled, "
                        + ENDED + "}}}]} | Ended | OOMKilled",
                "rejected by kubelet | {phase: Failed, reason: OutOfpods} | NeverBegan | OutOfpods",
                "evicted before it began | {phase: Failed, reason: Evicted} | NeverBegan | Evicted",
                "evicted | {phase: Failed, reason: Evicted, containerStatuses: [{state: {terminated: {exitCode: 137, reason: "
                        + "Error, " + ENDED + "}}}]} | Lost | Evicted",
                "deleted with its node | {phase: Failed, conditions: [{type: DisruptionTarget, status: 'True', reason: "
                        + "DeletionByPodGC}], containerStatuses: [{state: {running: {" + STARTED
                        + "}}}]} | Lost | DeletionByPodGC",
                "evicted by the API | {phase: Failed, conditions: [{type: DisruptionTarget, status: 'True', reason: "
                        + "EvictionByEvictionAPI}], containerStatuses: [{state: {terminated: {exitCode: 143, reason: Error, "
                        + ENDED + "}}}]} | Lost | EvictionByEvictionAPI",
                "ended well before the eviction | {phase: Failed, reason: Evicted, containerStatuses: [{state: {terminated: "
                        + "{exitCode: 0, reason: Completed, " + ENDED + "}}}]} | Ended | Evicted",
                "forgotten in a reboot | {phase: Failed, containerStatuses: [{state: {terminated: {exitCode: 137, reason: "
                        + "ContainerStatusUnknown, " + ENDED + "}}}]} | Lost | ContainerStatusUnknown",
                "its node was restarted | {phase: Running, containerStatuses: [{state: {terminated: {exitCode: 255, reason: Unknown, "
                        + ENDED + "}}}]} | Lost | Unknown",
                "not startable | {phase: Failed, containerStatuses: [{state: {terminated: {exitCode: 128, reason: StartError, "
                        + "startedAt: 1970-01-01T00:00:00Z}}}]} | NeverBegan | StartError",
            })
    void aPodsStatusMeans(String what, String status, State state, String reason) {
        ObservedPod pod = PodReading.of(pod(status));

        assertThat(pod.state()).isEqualTo(state);
        assertThat(pod.reason()).isEqualTo(reason);
    }

    @Test
    void aPodDeletedBeforeItWasPlacedNeverBegan() {
        Pod pod = new PodBuilder(pod("{phase: Pending}"))
                .editMetadata()
                .withDeletionTimestamp("2026-01-01T00:00:00Z")
                .endMetadata()
                .build();

        assertThat(PodReading.of(pod).state()).isEqualTo(State.NeverBegan);
        Pod placed = new PodBuilder(pod).editSpec().withNodeName("n1").endSpec().build();
        assertThat(PodReading.of(placed).state()).isEqualTo(State.Pending);
    }

    @Test
    void whatBelongsToTheRunIsReadFromLabelsAndOwner() {
        ObservedPod pod =
                PodReading.of(pod("{phase: Succeeded, containerStatuses: [{state: {terminated: {exitCode: 0, message: "
                        + "said, " + ENDED + "}}}]}"));

        assertThat(pod.runnerKey()).isEqualTo("ops/hello");
        assertThat(pod.ownerUid()).isEqualTo("u1");
        assertThat(pod.nodeName()).isEqualTo("n1");
        assertThat(pod.revision()).isEqualTo(2);
        assertThat(pod.run()).isEqualTo(7);
        assertThat(pod.held()).isTrue();
        assertThat(pod.terminationMessage()).isEqualTo("said");
        assertThat(pod.startTime()).isEqualTo(Instant.parse("2026-01-01T00:00:01Z"));
        assertThat(pod.finishTime()).isEqualTo(Instant.parse("2026-01-01T00:00:02Z"));
    }

    @Test
    void labelsThatSomeoneElseWroteDoNoHarm() {
        Pod pod = new PodBuilder(pod("{phase: Pending}"))
                .editMetadata()
                .addToLabels(Labels.RUN, "many")
                .withOwnerReferences()
                .withAnnotations(null)
                .endMetadata()
                .build();

        ObservedPod read = PodReading.of(pod);

        assertThat(read.run()).isZero();
        assertThat(read.ownerUid()).isEmpty();
        assertThat(read.nodeName()).isNull();
    }

    @Test
    void aScriptRunnerOfAnotherGroupOwnsNoPodOfOurs() {
        Pod pod = new PodBuilder(pod("{phase: Pending}"))
                .editMetadata()
                .editFirstOwnerReference()
                .withApiVersion("scriptrunner.example.com/v1")
                .endOwnerReference()
                .endMetadata()
                .build();

        assertThat(PodReading.owner(pod)).isEmpty();
    }

    private static Pod pod(String status) {
        return Serialization.unmarshal("""
                apiVersion: v1
                kind: Pod
                metadata:
                  namespace: ops
                  name: hello-1
                  labels: {scriptrunner.github.com/revision: "2", scriptrunner.github.com/run: "7"}
                  annotations: {scriptrunner.github.com/node: n1}
                  finalizers: [scriptrunner.github.com/result]
                  ownerReferences:
                    - {apiVersion: scriptrunner.github.com/v1alpha1, kind: ScriptRunner, name: hello, uid: u1, controller: true}
                spec: {containers: [{name: script}]}
                status: %s
                """.formatted(status), Pod.class);
    }
}
