package com.github.scriptrunner.api;

import static java.util.stream.Collectors.toMap;
import static java.util.stream.Collectors.toSet;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.fabric8.crdv2.generator.v1.JsonSchema;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinitionVersion;
import io.fabric8.kubernetes.api.model.apiextensions.v1.JSONSchemaProps;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the CRD, which is written by hand, and the records together. */
class CrdAndRecordsTest {
    static final Path CRD = Path.of("manifests/crd/scriptrunners.yaml");

    /** Plain strings in Kubernetes' model, so that only the CRD can say which are allowed. */
    private static final Set<String> ENUMS_OF_KUBERNETES =
            Set.of("spec.nodeSelector.matchExpressions[].operator", "status.conditions[].status");

    private static final String TIME_OF_KUBERNETES = "status.conditions[].lastTransitionTime";

    private final CustomResourceDefinition crd = crd();
    private final Map<String, JSONSchemaProps> written =
            fields(crd.getSpec().getVersions().get(0).getSchema().getOpenAPIV3Schema());
    private final Map<String, JSONSchemaProps> generated = fields(JsonSchema.from(ScriptRunner.class));

    @Test
    void theCrdNamesTheResourceAsItsClassDoes() {
        var runner = new ScriptRunner();
        assertThat(crd.getMetadata().getName()).isEqualTo(runner.getCRDName());
        assertThat(crd.getSpec().getGroup()).isEqualTo(ScriptRunner.GROUP);
        assertThat(crd.getSpec().getVersions())
                .extracting(CustomResourceDefinitionVersion::getName)
                .containsExactly(ScriptRunner.VERSION);
        assertThat(crd.getSpec().getNames().getKind()).isEqualTo(runner.getKind());
        assertThat(crd.getSpec().getNames().getPlural()).isEqualTo(runner.getPlural());
        assertThat(crd.getSpec().getNames().getSingular()).isEqualTo(runner.getSingular());
    }

    @Test
    void namesAndTypesAreThoseOfTheRecords() {
        assertSame(typesOf(written), typesOf(generated));
    }

    @Test
    void enumsAreThoseOfTheRecords() {
        var enums = enumsOf(written);
        assertThat(enums.keySet()).containsAll(ENUMS_OF_KUBERNETES);
        enums.keySet().removeAll(ENUMS_OF_KUBERNETES);

        assertSame(enums, enumsOf(generated));
    }

    @Test
    void formatsAreThoseOfTheRecords() {
        // the generator tells times, not widths
        var longs = Stream.of(
                        ScriptRunnerSpec.class,
                        ScriptRunnerStatus.class,
                        NodeStatus.class,
                        CurrentRun.class,
                        RunResult.class)
                .flatMap(type -> Arrays.stream(type.getRecordComponents()))
                .filter(component -> component.getType() == Long.class || component.getType() == long.class)
                .map(RecordComponent::getName)
                .collect(toSet());
        assertThat(longs).isNotEmpty();

        assertThat(written).allSatisfy((path, field) -> {
            if (field.getType().equals("integer")) {
                var name = path.substring(path.lastIndexOf('.') + 1);
                assertThat(field.getFormat()).isEqualTo(longs.contains(name) ? "int64" : "int32");
            } else if (generated.containsKey(path) && !path.equals(TIME_OF_KUBERNETES)) {
                assertThat(field.getFormat()).isEqualTo(generated.get(path).getFormat());
            }
        });
    }

    @Test
    void defaultsAreThoseThatTheSpecFillsIn() {
        var filledIn = new TreeMap<String, JsonNode>();
        new ObjectMapper()
                .valueToTree(new ScriptRunnerSpec(null, null, null, null, null, null, null, null))
                .properties()
                .forEach(field -> filledIn.put("spec." + field.getKey(), field.getValue()));
        // no defaults in the CRD: what an absent runs means will depend on other fields, and empty packages are none
        assertThat(filledIn.remove("spec.runs").intValue()).isEqualTo(1);
        assertThat(filledIn.remove("spec.packages")).isEmpty();

        var defaults = new TreeMap<String, JsonNode>();
        written.forEach((path, field) -> {
            if (field.getDefault() != null) {
                defaults.put(path, field.getDefault());
            }
        });
        assertSame(defaults, filledIn);
    }

    @Test
    void everyFieldHasADescription() {
        assertThat(written)
                .allSatisfy((path, field) ->
                        assertThat(field.getDescription()).isNotBlank().matches("(?s).*[.)]"));
    }

    static CustomResourceDefinition crd() {
        try (var in = Files.newInputStream(CRD)) {
            return Serialization.unmarshal(in, CustomResourceDefinition.class);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** All that the schema describes, by paths such as {@code spec.packages.pip[]}. */
    private static Map<String, JSONSchemaProps> fields(JSONSchemaProps schema) {
        var fields = new TreeMap<String, JSONSchemaProps>();
        schema.getProperties().forEach((name, field) -> collect(name, field, fields));
        return fields;
    }

    private static void collect(String path, JSONSchemaProps field, Map<String, JSONSchemaProps> into) {
        into.put(path, field);
        if (field.getItems() != null) {
            collect(path + "[]", field.getItems().getSchema(), into);
        }
        if (field.getAdditionalProperties() != null) {
            collect(path + "{}", field.getAdditionalProperties().getSchema(), into);
        }
        if (field.getProperties() != null) {
            field.getProperties().forEach((name, child) -> collect(path + "." + name, child, into));
        }
    }

    private static <T> void assertSame(Map<String, T> inTheCrd, Map<String, T> inTheRecords) {
        assertThat(minus(inTheCrd, inTheRecords)).as("only in the CRD").isEmpty();
        assertThat(minus(inTheRecords, inTheCrd)).as("only in the records").isEmpty();
    }

    private static <T> Set<Map.Entry<String, T>> minus(Map<String, T> all, Map<String, T> those) {
        var rest = new HashSet<>(all.entrySet());
        rest.removeAll(those.entrySet());
        return rest;
    }

    private static Map<String, String> typesOf(Map<String, JSONSchemaProps> fields) {
        return fields.entrySet().stream()
                .collect(toMap(Map.Entry::getKey, field -> field.getValue().getType()));
    }

    private static Map<String, Set<String>> enumsOf(Map<String, JSONSchemaProps> fields) {
        var enums = new TreeMap<String, Set<String>>();
        fields.forEach((path, field) -> {
            if (!field.getEnum().isEmpty()) {
                enums.put(path, field.getEnum().stream().map(JsonNode::asText).collect(toSet()));
            }
        });
        return enums;
    }
}
