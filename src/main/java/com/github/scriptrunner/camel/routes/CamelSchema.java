package com.github.scriptrunner.camel.routes;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Error;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The schema of Camel's YAML, which knows every step and option by name. */
final class CamelSchema {
    private final Schema schema;

    private CamelSchema(Schema schema) {
        this.schema = schema;
    }

    static CamelSchema load() throws IOException {
        try (InputStream schema = CamelSchema.class.getResourceAsStream("/schema/camelYamlDsl.json")) {
            return new CamelSchema(SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_4)
                    .getSchema(schema, InputFormat.JSON));
        }
    }

    /** At most one for each line. */
    Stream<Mistake> mistakesIn(ParsedFile file) {
        return schema.validate(file.yaml()).stream()
                .collect(Collectors.groupingBy(CamelSchema::line, TreeMap::new, Collectors.toList()))
                .entrySet()
                .stream()
                .map(atLine -> file.mistake(atLine.getKey(), sentence(atLine.getValue())));
    }

    private static int line(Error error) {
        JsonNode node = error.getInstanceNode();
        boolean isOfField = error.getProperty() != null && node.has(error.getProperty());
        return ParsedFile.line(isOfField ? node.get(error.getProperty()) : node);
    }

    /** Camel takes many things in a long and a short form: that the short one does not fit either helps nobody. */
    private static String sentence(List<Error> errors) {
        List<String> precise = errors.stream()
                .filter(error -> !Set.of("oneOf", "anyOf", "type").contains(error.getKeyword()))
                .map(error -> error.getKeyword().equals("additionalProperties")
                        ? "'%s' is nothing that Camel knows here: see its documentation for the right name"
                                .formatted(error.getProperty())
                        : error.getMessage())
                .distinct()
                .toList();
        return precise.isEmpty() ? errors.get(0).getMessage() : String.join("; ", precise);
    }
}
