package com.github.scriptrunner.playground.node;

import io.fabric8.kubernetes.api.model.Affinity;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.NodeAffinity;
import io.fabric8.kubernetes.api.model.NodeSelector;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Taint;
import io.fabric8.kubernetes.api.model.TaintBuilder;
import io.fabric8.kubernetes.api.model.Toleration;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;

/** Where a pod may run: the little of a scheduler's work that is left for pods that name their node. */
final class Placement {
    private Placement() {}

    /** The node that the pod's required node affinity names, as a DaemonSet's pods do. */
    static Optional<String> wanted(Pod pod) {
        return Optional.ofNullable(pod.getSpec().getAffinity())
                .map(Affinity::getNodeAffinity)
                .map(NodeAffinity::getRequiredDuringSchedulingIgnoredDuringExecution)
                .map(NodeSelector::getNodeSelectorTerms)
                .flatMap(terms -> terms.stream()
                        .flatMap(term -> term.getMatchFields().stream())
                        .filter(field -> field.getKey().equals("metadata.name")
                                && field.getOperator().equals("In"))
                        .flatMap(field -> field.getValues().stream())
                        .findFirst());
    }

    /** The first taint of the node that keeps the pod off it; a cordoned or unready node counts as tainted so. */
    static Optional<Taint> untolerated(Node node, Pod pod) {
        Stream<Taint> own = node.getSpec() == null ? Stream.empty() : node.getSpec().getTaints().stream();
        return Stream.concat(Stream.concat(unschedulable(node), unready(node)), own)
                .filter(taint -> !taint.getEffect().equals("PreferNoSchedule"))
                .filter(taint -> pod.getSpec().getTolerations().stream().noneMatch(each -> tolerates(each, taint)))
                .findFirst();
    }

    private static Stream<Taint> unschedulable(Node node) {
        return node.getSpec() != null && Boolean.TRUE.equals(node.getSpec().getUnschedulable())
                ? Stream.of(taint("node.kubernetes.io/unschedulable"))
                : Stream.empty();
    }

    private static Stream<Taint> unready(Node node) {
        return NodeRegistration.isReady(node) ? Stream.empty() : Stream.of(taint("node.kubernetes.io/not-ready"));
    }

    private static Taint taint(String key) {
        return new TaintBuilder().withKey(key).withEffect("NoSchedule").build();
    }

    private static boolean tolerates(Toleration toleration, Taint taint) {
        boolean anyKey = isBlank(toleration.getKey());
        boolean keyMatches = anyKey || toleration.getKey().equals(taint.getKey());
        boolean effectMatches =
                isBlank(toleration.getEffect()) || toleration.getEffect().equals(taint.getEffect());
        boolean valueMatches = "Exists".equals(toleration.getOperator())
                || (!anyKey
                        && Objects.requireNonNullElse(toleration.getValue(), "")
                                .equals(Objects.requireNonNullElse(taint.getValue(), "")));
        return keyMatches && effectMatches && valueMatches;
    }

    private static boolean isBlank(String text) {
        return text == null || text.isEmpty();
    }
}
