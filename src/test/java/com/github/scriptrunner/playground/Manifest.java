package com.github.scriptrunner.playground;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/** One object of a file that the playground was given. */
record Manifest(Path file, GenericKubernetesResource object) {
    private static final ObjectMapper MAPPER = new ObjectMapper();
    private static final PatchContext APPLY = new PatchContext.Builder()
            .withPatchType(PatchType.SERVER_SIDE_APPLY)
            .withFieldManager("playground")
            .withFieldValidation("Strict")
            .withForce(true)
            .build();

    /** The objects of a YAML file, which may hold several documents. */
    static List<Manifest> read(Path file) {
        List<Manifest> manifests = new ArrayList<>();
        try {
            for (Object document : new Load(LoadSettings.builder().build()).loadAllFromString(Files.readString(file))) {
                if (document != null) {
                    manifests.add(new Manifest(file, object(file, document)));
                }
            }
        } catch (NoSuchFileException e) {
            throw new Refusal(file + ": there is no such file");
        } catch (CharacterCodingException e) {
            throw new Refusal(file + ": this is not UTF-8");
        } catch (IOException e) {
            throw new Refusal(file + ": cannot be read: " + e.getMessage());
        } catch (YamlEngineException e) {
            throw new Refusal(file + ": this is not YAML: " + e.getMessage());
        }
        if (manifests.isEmpty()) {
            throw new Refusal(file + ": there is no object in it");
        }
        return manifests;
    }

    private static GenericKubernetesResource object(Path file, Object document) {
        boolean named = document instanceof Map<?, ?> fields
                && fields.get("apiVersion") instanceof String
                && fields.get("kind") instanceof String
                && fields.get("metadata") instanceof Map<?, ?> metadata
                && metadata.get("name") instanceof String;
        if (!named) {
            throw new Refusal(file + ": every document needs apiVersion, kind and metadata.name, each a text");
        }
        try {
            return MAPPER.convertValue(document, GenericKubernetesResource.class);
        } catch (IllegalArgumentException e) {
            throw new Refusal(file + ": " + e.getMessage());
        }
    }

    /** Applies it, unknown fields refused; the object as the API has it then. */
    GenericKubernetesResource apply(KubernetesClient client) {
        try {
            return client.resource(object).patch(APPLY, object);
        } catch (KubernetesClientException e) {
            String why = e.getStatus() == null || e.getStatus().getMessage() == null
                    ? e.getMessage()
                    : e.getStatus().getMessage();
            throw new Refusal(
                    file + ": " + object.getKind() + " " + object.getMetadata().getName() + " is refused: " + why);
        }
    }
}
