package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/** The built-in kinds, and what is particular about them: what the server fills in and refuses. Their fields are not validated otherwise. */
final class BuiltIns {
    /** Their scope, and whether they have a status subresource and a generation, are columns of this table. */
    private static final String KINDS = """
            v1                            namespaces                 Namespace                 ns   Cluster    status
            v1                            nodes                      Node                      no   Cluster    status
            v1                            pods                       Pod                       po   Namespaced status,generation
            v1                            configmaps                 ConfigMap                 cm   Namespaced -
            v1                            secrets                    Secret                    -    Namespaced -
            v1                            serviceaccounts            ServiceAccount            sa   Namespaced -
            v1                            events                     Event                     ev   Namespaced -
            coordination.k8s.io/v1        leases                     Lease                     -    Namespaced -
            apiextensions.k8s.io/v1       customresourcedefinitions  CustomResourceDefinition  crd  Cluster    status,generation
            """;

    static final String CRDS = "customresourcedefinitions.apiextensions.k8s.io";
    static final String CRD_FINALIZER = "customresourcecleanup.apiextensions.k8s.io";
    static final Set<String> PERMANENT_NAMESPACES = Set.of("default", "kube-system", "kube-public");

    private static final String POD_UPDATE =
            "pod updates may not change fields other than `spec.containers[*].image`,`spec.initContainers[*].image`,"
                    + "`spec.activeDeadlineSeconds`,`spec.tolerations` (only additions to existing tolerations),"
                    + "`spec.terminationGracePeriodSeconds` (allow it to be set to 1 if it was previously negative)";
    private static final String IMMUTABLE = "field is immutable when `immutable` is set";

    private BuiltIns() {}

    static List<Kind> kinds() {
        return KINDS.lines().map(line -> kind(line.split(" +", -1))).toList();
    }

    private static Kind kind(String[] cells) {
        int slash = cells[0].indexOf('/');
        return new Kind(
                slash < 0 ? "" : cells[0].substring(0, slash),
                cells[0].substring(slash + 1),
                cells[1],
                cells[2].toLowerCase(java.util.Locale.ROOT),
                cells[2],
                cells[3].equals("-") ? List.of() : List.of(cells[3]),
                cells[2].equals("Pod") ? List.of("all") : List.of(),
                cells[4].equals("Namespaced"),
                cells[5].contains("status"),
                cells[5].contains("generation"),
                Optional.empty(),
                Columns.builtIn(cells[2]));
    }

    /** Fills in what the server knows about a new object. */
    static void prepareForCreate(Kind kind, ObjectNode object) {
        switch (kind.groupResource()) {
            case "pods" -> preparePod(object);
            case "namespaces" -> {
                object.putObject("spec").putArray("finalizers").add("kubernetes");
                object.putObject("status").put("phase", "Active");
                Metadata metadata = Metadata.of(object);
                metadata.node().withObject("labels").put("kubernetes.io/metadata.name", metadata.name());
            }
            case CRDS -> {
                ObjectNode names = object.withObject("spec").withObject("names");
                String name = names.path("kind").asText();
                putIfAbsent(names, "singular", name.toLowerCase(java.util.Locale.ROOT));
                putIfAbsent(names, "listKind", name + "List");
                Metadata.of(object).setFinalizers(List.of(CRD_FINALIZER));
            }
            default -> {}
        }
    }

    private static void preparePod(ObjectNode pod) {
        ObjectNode spec = pod.withObject("spec");
        putIfAbsent(spec, "restartPolicy", "Always");
        putIfAbsent(spec, "dnsPolicy", "ClusterFirst");
        putIfAbsent(spec, "schedulerName", "default-scheduler");
        if (!spec.has("terminationGracePeriodSeconds")) {
            spec.put("terminationGracePeriodSeconds", 30);
        }
        if (!spec.has("enableServiceLinks")) {
            spec.put("enableServiceLinks", true);
        }
        spec.withObject("securityContext");
        for (JsonNode container : spec.path("containers")) {
            if (container instanceof ObjectNode fields) {
                putIfAbsent(fields, "terminationMessagePath", "/dev/termination-log");
                putIfAbsent(fields, "terminationMessagePolicy", "File");
                String image = fields.path("image").asText();
                boolean latest =
                        !image.substring(image.lastIndexOf('/') + 1).contains(":") || image.endsWith(":latest");
                putIfAbsent(fields, "imagePullPolicy", latest ? "Always" : "IfNotPresent");
                fields.withObject("resources");
            }
        }
        pod.putObject("status").put("phase", "Pending").put("qosClass", "BestEffort");
    }

    private static void putIfAbsent(ObjectNode object, String field, String value) {
        if (!object.hasNonNull(field)) {
            object.put(field, value);
        }
    }

    /** @param previous what the object replaces */
    static void validate(Kind kind, ObjectNode object, Optional<ObjectNode> previous, List<FieldError> errors) {
        switch (kind.groupResource()) {
            case "pods" -> validatePod(object, previous, errors);
            case "configmaps", "secrets" -> previous.ifPresent(before -> validateImmutable(object, before, errors));
            case CRDS -> CustomResources.validate(object, errors);
            default -> {}
        }
    }

    private static void validatePod(ObjectNode pod, Optional<ObjectNode> previous, List<FieldError> errors) {
        JsonNode containers = pod.at("/spec/containers");
        if (containers.isEmpty()) {
            errors.add(FieldError.required("spec.containers", ""));
        }
        for (int i = 0; i < containers.size(); i++) {
            for (String field : List.of("name", "image")) {
                if (containers.get(i).path(field).asText().isEmpty()) {
                    errors.add(FieldError.required("spec.containers[" + i + "]." + field, ""));
                }
            }
        }
        if (previous.isPresent() && !fixedPart(pod).equals(fixedPart(previous.get()))) {
            errors.add(FieldError.forbidden("spec", POD_UPDATE));
        }
    }

    private static JsonNode fixedPart(ObjectNode pod) {
        ObjectNode spec = pod.path("spec").deepCopy();
        spec.remove(List.of("activeDeadlineSeconds", "tolerations"));
        for (String list : List.of("containers", "initContainers")) {
            spec.path(list).forEach(container -> ((ObjectNode) container).remove("image"));
        }
        return spec;
    }

    private static void validateImmutable(ObjectNode object, ObjectNode before, List<FieldError> errors) {
        if (!before.path("immutable").asBoolean()) {
            return;
        }
        for (String field : List.of("immutable", "data", "binaryData")) {
            if (!object.path(field).equals(before.path(field))) {
                errors.add(FieldError.forbidden(field, IMMUTABLE));
            }
        }
    }
}
