package com.github.scriptrunner.playground.node;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.io.IOException;
import java.util.concurrent.CompletableFuture;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A pod that a node has taken, until no process of it is left.
 *
 * <pre>
 * QUEUED ⇄ PREPARING → RUNNING → OVER
 *    └─────────┴─ stopped ────────┘
 * </pre>
 */
final class PodRun {
    private enum Stage {
        QUEUED,
        PREPARING,
        RUNNING,
        OVER
    }

    private static final Logger LOG = LoggerFactory.getLogger(PodRun.class);

    private final PodApi api;
    private final PodDirectory directory;
    private final CompletableFuture<Void> over = new CompletableFuture<>();
    private Pod pod;
    private Stage stage = Stage.QUEUED;
    private boolean stopped;
    private boolean abandoned;
    private SupervisedProcess process;

    PodRun(Pod pod, PodApi api, PodDirectory directory) {
        this.pod = pod;
        this.api = api;
        this.directory = directory;
    }

    /** As the node took it, with the status that was reported last. */
    synchronized Pod pod() {
        return pod;
    }

    PodDirectory directory() {
        return directory;
    }

    /** Completes when no process is left and none will start. */
    CompletableFuture<Void> over() {
        return over;
    }

    synchronized boolean neverStarted() {
        return process == null;
    }

    /** Tells the API, unless the pod is no longer this node's to tell of. */
    synchronized void report(Function<Pod, PodStatus> status) {
        if (abandoned) {
            return;
        }
        pod = new PodBuilder(pod).withStatus(status.apply(pod)).build();
        try {
            api.report(pod, pod.getStatus());
        } catch (KubernetesClientException e) {
            // mostly the pod is gone, and the event that tells so is on its way
            LOG.info("status of pod {}: {}", pod.getMetadata().getName(), e.getMessage());
        }
    }

    /** Its turn has come; false when it was stopped meanwhile. */
    synchronized boolean prepare() {
        if (stage != Stage.QUEUED) {
            return false;
        }
        stage = Stage.PREPARING;
        return true;
    }

    /** It could not start yet; false when it was stopped meanwhile. */
    synchronized boolean requeue() {
        if (stopped) {
            finish();
            return false;
        }
        stage = Stage.QUEUED;
        return true;
    }

    /** The container's process, null when the run was stopped before it could start. */
    synchronized SupervisedProcess start(Python python, ContainerCommand command) throws IOException {
        if (stopped) {
            finish();
            return null;
        }
        process = SupervisedProcess.start(
                python, command.command(), command.environment(), directory.workingDirectory(), directory.log());
        stage = Stage.RUNNING;
        return process;
    }

    synchronized void finish() {
        stage = Stage.OVER;
        over.complete(null);
    }

    /** Asks the container to end, once; what has not started does not start any more. */
    synchronized void stop() {
        if (stopped) {
            return;
        }
        stopped = true;
        switch (stage) {
            case QUEUED -> finish();
            case RUNNING -> process.terminate();
            case PREPARING, OVER -> {
                // it ends by itself
            }
        }
    }

    /** Ends the container and all that it started, at once. */
    synchronized void kill() {
        stop();
        if (stage == Stage.RUNNING) {
            process.kill();
        }
    }

    /** Kills, and says nothing more of the pod. */
    synchronized void abandon() {
        abandoned = true;
        kill();
    }
}
