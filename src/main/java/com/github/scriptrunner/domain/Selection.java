package com.github.scriptrunner.domain;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorRequirement;
import java.util.Map;

/** Which nodes a selector means. */
public final class Selection {
    private Selection() {}

    /**
     * Whether a node with these labels is meant.
     *
     * @param selector null or empty: every node
     */
    public static boolean matches(LabelSelector selector, Map<String, String> labels) {
        return selector == null
                || (labelsMatch(selector, labels)
                        && selector.getMatchExpressions().stream()
                                .allMatch(requirement -> matches(requirement, labels)));
    }

    private static boolean labelsMatch(LabelSelector selector, Map<String, String> labels) {
        Map<String, String> wanted = selector.getMatchLabels();
        return wanted == null || labels.entrySet().containsAll(wanted.entrySet());
    }

    /** As in Kubernetes, {@code NotIn} also matches where the label is not there. */
    private static boolean matches(LabelSelectorRequirement requirement, Map<String, String> labels) {
        String value = labels.get(requirement.getKey());
        return switch (requirement.getOperator()) {
            case "In" -> value != null && requirement.getValues().contains(value);
            case "NotIn" -> value == null || !requirement.getValues().contains(value);
            case "Exists" -> value != null;
            case "DoesNotExist" -> value == null;
            default -> false;
        };
    }
}
