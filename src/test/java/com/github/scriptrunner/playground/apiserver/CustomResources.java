package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/** Serves what the CustomResourceDefinitions in the store define, and says so in their status. */
final class CustomResources implements Consumer<Store.Event> {
    private final Resources resources;
    private final Kind crds;

    CustomResources(Resources resources) {
        this.resources = resources;
        crds = resources
                .kinds()
                .named("apiextensions.k8s.io/v1", "CustomResourceDefinition")
                .orElseThrow();
    }

    @Override
    public void accept(Store.Event event) {
        if (event.key().resource().equals(BuiltIns.CRDS)) {
            switch (event.change()) {
                case DELETED -> resources.kinds().unregister(event.key().name());
                default -> {
                    if (Metadata.of(event.object()).terminating()) {
                        cleanUp(event.key().name());
                    } else {
                        establish(event.key(), event.object());
                    }
                }
            }
        } else if (event.change() == Store.Change.DELETED) {
            resources
                    .store()
                    .get(crds.key("", event.key().resource()))
                    .filter(crd -> Metadata.of(crd).terminating())
                    .ifPresent(crd -> cleanUp(event.key().resource()));
        }
    }

    private void establish(Store.Key key, ObjectNode crd) {
        List<Kind> kinds;
        try {
            kinds = kinds(crd);
        } catch (ValidationRules.Uncompilable e) {
            // was refused when it was written
            throw new IllegalStateException(e);
        }
        kinds.forEach(resources.kinds()::register);
        resources.update(crds, key, "status", CustomResources::established, WriteOptions.INTERNAL);
    }

    private static ObjectNode established(ObjectNode crd) {
        ObjectNode next = Json.shallow(crd);
        if (next.path("status").has("conditions")) {
            return next;
        }
        ObjectNode status = next.putObject("status");
        ArrayNode conditions = status.putArray("conditions");
        Map.of("NamesAccepted", "NoConflicts", "Established", "InitialNamesAccepted")
                .forEach((type, reason) -> conditions
                        .addObject()
                        .put("type", type)
                        .put("status", "True")
                        .put("reason", reason)
                        .put(
                                "message",
                                type.equals("Established")
                                        ? "the initial names have been accepted"
                                        : "no conflicts found")
                        .put(
                                "lastTransitionTime",
                                Instant.now().truncatedTo(ChronoUnit.SECONDS).toString()));
        status.set("acceptedNames", crd.at("/spec/names"));
        ArrayNode stored = status.putArray("storedVersions");
        for (JsonNode version : crd.at("/spec/versions")) {
            if (version.path("storage").asBoolean()) {
                stored.add(version.path("name").asText());
            }
        }
        return next;
    }

    /** Deletes all objects of a CRD that is being deleted, and lets it go when there are none. */
    private void cleanUp(String groupResource) {
        Optional<Kind> kind = resources.kinds().stored(groupResource);
        List<ObjectNode> left = resources.store().list(groupResource, "").objects();
        if (kind.isEmpty() || left.isEmpty()) {
            resources.update(
                    crds,
                    crds.key("", groupResource),
                    "",
                    crd -> withoutFinalizer(crd, BuiltIns.CRD_FINALIZER),
                    WriteOptions.INTERNAL);
            return;
        }
        for (ObjectNode object : left) {
            Metadata metadata = Metadata.of(object);
            if (!metadata.terminating()) {
                resources.delete(
                        kind.get(), kind.get().key(metadata.namespace(), metadata.name()), DeleteOptions.BACKGROUND);
            }
        }
    }

    static ObjectNode withoutFinalizer(ObjectNode object, String finalizer) {
        ObjectNode next = Metadata.copy(object);
        Metadata metadata = Metadata.of(next);
        List<String> finalizers = metadata.finalizers();
        finalizers.remove(finalizer);
        metadata.setFinalizers(finalizers);
        return next;
    }

    private static List<Kind> kinds(ObjectNode crd) throws ValidationRules.Uncompilable {
        JsonNode spec = crd.get("spec");
        JsonNode names = spec.get("names");
        List<Kind> kinds = new ArrayList<>();
        for (JsonNode version : spec.path("versions")) {
            if (version.path("served").asBoolean()) {
                kinds.add(new Kind(
                        spec.path("group").asText(),
                        version.path("name").asText(),
                        names.path("plural").asText(),
                        names.path("singular").asText(),
                        names.path("kind").asText(),
                        texts(names.path("shortNames")),
                        texts(names.path("categories")),
                        spec.path("scope").asText().equals("Namespaced"),
                        version.path("subresources").has("status"),
                        true,
                        Optional.of(StructuralSchema.of(version.at("/schema/openAPIV3Schema"))),
                        Columns.custom(version.path("additionalPrinterColumns"))));
            }
        }
        return kinds;
    }

    private static List<String> texts(JsonNode array) {
        return array.valueStream().map(JsonNode::asText).toList();
    }

    /** What of a CRD could not be served. */
    static void validate(ObjectNode crd, List<FieldError> errors) {
        JsonNode spec = crd.path("spec");
        String expected =
                spec.at("/names/plural").asText() + "." + spec.path("group").asText();
        if (!Metadata.of(crd).name().equals(expected)) {
            errors.add(FieldError.invalid(
                    "metadata.name", Metadata.of(crd).name(), "must be spec.names.plural+\".\"+spec.group"));
        }
        int stored = 0;
        for (int i = 0; i < spec.path("versions").size(); i++) {
            JsonNode version = spec.path("versions").get(i);
            stored += version.path("storage").asBoolean() ? 1 : 0;
            if (!version.at("/schema/openAPIV3Schema").isObject()) {
                errors.add(
                        FieldError.required("spec.versions[" + i + "].schema.openAPIV3Schema", "schemas are required"));
            }
        }
        if (stored != 1) {
            errors.add(FieldError.invalid(
                    "spec.versions", spec.path("versions"), "must have exactly one version marked as storage version"));
        }
        if (errors.isEmpty()) {
            try {
                kinds(crd);
            } catch (ValidationRules.Uncompilable e) {
                errors.add(e.error());
            }
        }
    }
}
