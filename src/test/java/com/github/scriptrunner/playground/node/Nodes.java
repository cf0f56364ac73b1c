package com.github.scriptrunner.playground.node;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodCondition;
import io.fabric8.kubernetes.api.model.PodStatus;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All nodes that the API knows, as one: their kubelets, and what their pods need of a scheduler and of the pod garbage
 * collector.
 */
public final class Nodes implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Nodes.class);

    /** Threads that speak with the API; what concerns one object is always done by the same. */
    private static final int WORKERS = 4;

    /** How long a pod may be bound to a node that is not known: a new node and its pod may be seen in either order. */
    private static final int QUARANTINE_SECONDS = 2;

    private final KubernetesClient client;
    private final PodApi api;
    private final Kubelet kubelet;
    private final List<ExecutorService> workers =
            Stream.generate(Executors::newSingleThreadExecutor).limit(WORKERS).toList();
    private final SharedIndexInformer<Node> nodes;
    private final SharedIndexInformer<Pod> pods;

    private Nodes(KubernetesClient client, Path directory, Path program, Python python, PodLogs logs) {
        this.client = client;
        this.api = new PodApi(client);
        this.kubelet = new Kubelet(api, directory, program, python, logs, this::look);
        this.nodes = client.nodes().runnableInformer(0).exceptionHandler((started, failure) -> true);
        this.pods = client.pods().inAnyNamespace().runnableInformer(0).exceptionHandler((started, failure) -> true);
    }

    /**
     * Serves the nodes of the API that the kubeconfig names.
     *
     * @param directory of this user alone; the pods' files lie below it
     * @param program the Python program that containers without a command run, whatever their image
     */
    public static Nodes start(Path kubeconfig, Path directory, Path program, PodLogs logs)
            throws IOException, InterruptedException {
        KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(kubeconfig.toFile()))
                .build();
        Path podDirectories = PrivateFiles.createDirectory(directory.resolve("pods"));
        Nodes nodes = new Nodes(client, podDirectories, program, Python.find(directory), logs);
        nodes.watch();
        return nodes;
    }

    /** Adds a node to the API; it is Ready when this returns. */
    public void register(String name) {
        api.registerNode(name);
    }

    private void watch() {
        nodes.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Node node) {
                submit(node, () -> join(node));
            }

            @Override
            public void onUpdate(Node old, Node node) {
                if (!isSame(old, node)) {
                    leave(old);
                }
                submit(node, () -> join(node));
            }

            @Override
            public void onDelete(Node node, boolean finalStateUnknown) {
                leave(node);
            }
        });
        pods.addEventHandler(new ResourceEventHandler<>() {
            @Override
            public void onAdd(Pod pod) {
                look(pod);
            }

            @Override
            public void onUpdate(Pod old, Pod pod) {
                if (!isSame(old, pod)) {
                    submit(old, () -> kubelet.forget(old));
                }
                look(pod);
            }

            @Override
            public void onDelete(Pod pod, boolean finalStateUnknown) {
                submit(pod, () -> kubelet.forget(pod));
            }
        });
        nodes.run();
        pods.run();
    }

    private static boolean isSame(HasMetadata one, HasMetadata other) {
        return one.getMetadata().getUid().equals(other.getMetadata().getUid());
    }

    private void submit(HasMetadata object, Runnable task) {
        worker(object).execute(() -> {
            try {
                task.run();
            } catch (KubernetesClientException e) {
                // mostly the object is gone or has changed, and the event that tells so is on its way
                LOG.info("{} {}: {}", object.getKind(), object.getMetadata().getName(), e.getMessage());
            } catch (RuntimeException e) {
                LOG.warn("{} {}", object.getKind(), object.getMetadata().getName(), e);
            }
        });
    }

    private ExecutorService worker(HasMetadata object) {
        return workers.get(Math.floorMod(object.getMetadata().getUid().hashCode(), WORKERS));
    }

    private void join(Node node) {
        String name = node.getMetadata().getName();
        if (!NodeRegistration.hasLabels(node)) {
            api.labelNode(name);
        }
        if (!NodeRegistration.hasStatus(node)) {
            api.reportNode(name);
        }
        pods.getStore().list().stream()
                .filter(pod -> pod.getSpec().getNodeName() == null
                        || pod.getSpec().getNodeName().equals(name))
                .forEach(this::look);
    }

    private void leave(Node node) {
        pods.getStore().list().stream()
                .filter(pod -> node.getMetadata().getName().equals(pod.getSpec().getNodeName()))
                .forEach(pod -> submit(pod, () -> collect(pod)));
    }

    /** Does what is due for the pod as it is known when its turn comes. */
    private void look(Pod pod) {
        submit(pod, () -> current(pod).ifPresent(this::reconcile));
    }

    private Optional<Pod> current(Pod pod) {
        return Optional.ofNullable(pods.getStore()
                        .getByKey(pod.getMetadata().getNamespace() + "/"
                                + pod.getMetadata().getName()))
                .filter(known -> isSame(known, pod));
    }

    private Optional<Node> node(String name) {
        return Optional.ofNullable(nodes.getStore().getByKey(name));
    }

    private void reconcile(Pod pod) {
        boolean deleted = pod.getMetadata().getDeletionTimestamp() != null;
        if (kubelet.has(pod)) {
            if (deleted && kubelet.isOver(pod)) {
                confirmDeletion(pod);
            } else if (deleted) {
                kubelet.end(pod);
            }
        } else if (deleted) {
            confirmDeletion(pod);
        } else if (!hasEnded(pod) && pod.getSpec().getNodeName() == null) {
            Placement.wanted(pod).ifPresent(name -> place(pod, name));
        } else if (!hasEnded(pod)) {
            run(pod);
        }
    }

    private static boolean hasEnded(Pod pod) {
        return pod.getStatus() != null
                && ("Succeeded".equals(pod.getStatus().getPhase())
                        || "Failed".equals(pod.getStatus().getPhase()));
    }

    /**
     * A pod that only waits for a finalizer has a grace period of 0 already. One without a finalizer too is left where a client goes
     * away while kube-apiserver is between the two writes of its deletion; kubelet asks again.
     */
    private void confirmDeletion(Pod pod) {
        Long grace = pod.getMetadata().getDeletionGracePeriodSeconds();
        if (grace != null && (grace != 0 || pod.getMetadata().getFinalizers().isEmpty())) {
            api.delete(pod);
        }
    }

    private void place(Pod pod, String nodeName) {
        Optional<Node> node = node(nodeName);
        Optional<Taint> taint = node.flatMap(known -> Placement.untolerated(known, pod));
        if (node.isPresent() && taint.isEmpty()) {
            api.bind(pod, nodeName);
            return;
        }
        String message = PodStatuses.unplaceableMessage(nodes.getStore().list().size(), taint);
        boolean known = Stream.ofNullable(pod.getStatus())
                .map(PodStatus::getConditions)
                .flatMap(List::stream)
                .map(PodCondition::getMessage)
                .anyMatch(message::equals);
        if (!known) {
            api.report(pod, PodStatuses.unplaceable(pod, message, Instant.now()));
        }
    }

    private void run(Pod pod) {
        Optional<Node> node = node(pod.getSpec().getNodeName());
        if (node.isEmpty()) {
            CompletableFuture.delayedExecutor(QUARANTINE_SECONDS, TimeUnit.SECONDS, worker(pod))
                    .execute(() -> current(pod)
                            .filter(known -> node(known.getSpec().getNodeName()).isEmpty())
                            .ifPresent(known -> submit(known, () -> collect(known))));
        } else if (pod.getSpec().getContainers().size() != 1
                || !pod.getSpec().getInitContainers().isEmpty()) {
            String message = "the nodes of the playground run pods of exactly one container";
            api.report(pod, PodStatuses.rejected(pod, "UnexpectedAdmissionError", message, Instant.now()));
        } else if (NodeRegistration.isReady(node.get())) {
            kubelet.accept(pod);
        }
    }

    /** Ends a pod whose node is gone, as the pod garbage collector does. */
    private void collect(Pod pod) {
        kubelet.abandon(pod);
        Pod known = current(pod).orElse(pod);
        if (!hasEnded(known)) {
            api.report(known, PodStatuses.collected(known, Instant.now()));
        }
        if (!Long.valueOf(0).equals(known.getMetadata().getDeletionGracePeriodSeconds())) {
            api.delete(known);
        }
    }

    /** Ends all processes; returns when they are gone. */
    @Override
    public void close() {
        nodes.close();
        pods.close();
        workers.forEach(ExecutorService::shutdown);
        kubelet.close();
        client.close();
    }
}
