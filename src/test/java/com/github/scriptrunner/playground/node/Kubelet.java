package com.github.scriptrunner.playground.node;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Consumer;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Runs the pods of all nodes, a limited number at a time, and reports how they fare. */
final class Kubelet implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Kubelet.class);

    /** Containers that run at the same time; the others' pods wait. */
    private static final int PROCESSES = 32;

    private static final int RETRY_SECONDS = 1;
    private static final int CLOSE_SECONDS = 4;

    private final PodApi api;
    private final Path directory;
    private final Path program;
    private final Python python;
    private final PodLogs logs;
    private final Consumer<Pod> whenOver;
    private final Map<String, PodRun> runs = new ConcurrentHashMap<>();
    private final ExecutorService containers = Executors.newFixedThreadPool(PROCESSES);
    private final Executor containersLater =
            CompletableFuture.delayedExecutor(RETRY_SECONDS, TimeUnit.SECONDS, containers);

    /**
     * @param program what containers without a command run with python3
     * @param whenOver told of each pod of which no process is left
     */
    Kubelet(PodApi api, Path directory, Path program, Python python, PodLogs logs, Consumer<Pod> whenOver) {
        this.api = api;
        this.directory = directory;
        this.program = program;
        this.python = python;
        this.logs = logs;
        this.whenOver = whenOver;
    }

    boolean has(Pod pod) {
        return runs.containsKey(uid(pod));
    }

    private static String uid(Pod pod) {
        return pod.getMetadata().getUid();
    }

    void accept(Pod pod) {
        PodRun run;
        try {
            run = new PodRun(pod, api, PodDirectory.create(directory, pod));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        runs.put(uid(pod), run);
        run.report(known -> PodStatuses.waiting(known, "ContainerCreating", null, Instant.now()));
        var unused = run.over().thenRun(() -> ended(run));
        containers.execute(() -> takeTurn(run));
    }

    private void ended(PodRun run) {
        if (run.neverStarted()) {
            run.report(known -> PodStatuses.neverStarted(known, Instant.now()));
        }
        whenOver.accept(run.pod());
    }

    private void takeTurn(PodRun run) {
        if (!run.prepare()) {
            return;
        }
        try {
            fillVolumes(run);
            Instant startedAt = Instant.now();
            SupervisedProcess process = run.start(
                    python, ContainerCommand.of(run.pod(), run.directory(), python, program, System.getenv()));
            if (process != null) {
                attend(run, process, startedAt);
            }
        } catch (NoSuchFileException e) {
            tryAgain(run, "ContainerCreating", e.getMessage());
        } catch (IOException e) {
            tryAgain(run, "CreateContainerError", e.getMessage());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (RuntimeException e) {
            LOG.warn("pod {}", run.pod().getMetadata().getName(), e);
            run.finish();
        }
    }

    private void fillVolumes(PodRun run) throws IOException {
        for (Volume volume : run.pod().getSpec().getVolumes()) {
            ConfigMapVolumeSource source = volume.getConfigMap();
            if (source != null) {
                Optional<ConfigMap> configMap = api.configMap(run.pod(), source.getName());
                if (configMap.isEmpty()) {
                    throw new NoSuchFileException("configmap \"" + source.getName() + "\" not found");
                }
                run.directory().write(volume.getName(), source, configMap.get());
            } else if (volume.getEmptyDir() == null && volume.getHostPath() == null) {
                throw new IOException("volume " + volume.getName()
                        + ": the playground's nodes know configMap and emptyDir, and leave hostPath out");
            }
        }
    }

    private void tryAgain(PodRun run, String reason, String message) {
        run.report(known -> PodStatuses.waiting(known, reason, message, Instant.now()));
        if (run.requeue()) {
            containersLater.execute(() -> takeTurn(run));
        }
    }

    private void attend(PodRun run, SupervisedProcess process, Instant startedAt) throws InterruptedException {
        logs.opened(run.pod(), run.directory().log());
        run.report(known -> PodStatuses.running(known, process.pid(), startedAt));
        int exitCode = process.waitFor();
        logs.completed(run.pod());
        String message = run.directory().terminationMessage();
        run.report(known -> PodStatuses.ended(known, process.pid(), startedAt, exitCode, message, Instant.now()));
        run.finish();
    }

    /** Whether no process of the pod is left, and none will start. */
    boolean isOver(Pod pod) {
        return runs.get(uid(pod)).over().isDone();
    }

    /** Ends a pod that is being deleted: SIGTERM, and SIGKILL after the grace period. */
    void end(Pod pod) {
        PodRun run = runs.get(uid(pod));
        run.stop();
        Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
        CompletableFuture.delayedExecutor(grace == null ? 0 : grace, TimeUnit.SECONDS, Runnable::run)
                .execute(run::kill);
    }

    /** Kills a pod of which its node has no more to say, because the node is gone. */
    void abandon(Pod pod) {
        PodRun run = runs.get(uid(pod));
        if (run != null) {
            run.abandon();
        }
    }

    /** Leaves nothing of a pod that the API knows no more. */
    void forget(Pod pod) {
        PodRun run = runs.remove(uid(pod));
        if (run != null) {
            run.abandon();
            logs.removed(run.pod());
            var unused = run.over().thenRun(() -> remove(run.directory()));
        }
    }

    private static void remove(PodDirectory directory) {
        try {
            directory.delete();
        } catch (IOException e) {
            LOG.warn("{}", directory, e);
        }
    }

    /** Ends all processes; returns when they are gone. */
    @Override
    public void close() {
        runs.values().forEach(PodRun::abandon);
        containers.shutdown();
        try {
            CompletableFuture.allOf(runs.values().stream().map(PodRun::over).toArray(CompletableFuture[]::new))
                    .get(CLOSE_SECONDS, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        } catch (ExecutionException | TimeoutException e) {
            LOG.warn("processes of pods may be left", e);
        }
    }
}
