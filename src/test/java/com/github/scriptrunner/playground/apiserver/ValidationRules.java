package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.cel.common.CelOptions;
import dev.cel.common.CelValidationException;
import dev.cel.common.types.SimpleType;
import dev.cel.compiler.CelCompiler;
import dev.cel.compiler.CelCompilerFactory;
import dev.cel.extensions.CelExtensions;
import dev.cel.parser.CelStandardMacro;
import dev.cel.runtime.CelEvaluationException;
import dev.cel.runtime.CelRuntime;
import dev.cel.runtime.CelRuntimeFactory;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/**
 * The {@code x-kubernetes-validations} of a schema, compiled once.
 *
 * <p>Types are checked when a rule runs, not when it is compiled, no cost is estimated, and of the CEL libraries that Kubernetes adds only strings,
 * lists, sets and optionals are there.
 */
final class ValidationRules {
    private static final CelOptions OPTIONS =
            CelOptions.current().enableHeterogeneousNumericComparisons(true).build();

    private static final CelCompiler COMPILER = CelCompilerFactory.standardCelCompilerBuilder()
            .setOptions(OPTIONS)
            .setStandardMacros(CelStandardMacro.STANDARD_MACROS)
            .addVar("self", SimpleType.DYN)
            .addVar("oldSelf", SimpleType.DYN)
            .addLibraries(
                    CelExtensions.strings(),
                    CelExtensions.lists(),
                    CelExtensions.sets(OPTIONS),
                    CelExtensions.optional())
            .build();

    private static final CelRuntime RUNTIME = CelRuntimeFactory.plannerRuntimeBuilder()
            .setOptions(OPTIONS)
            .addLibraries(
                    CelExtensions.strings(),
                    CelExtensions.lists(),
                    CelExtensions.sets(OPTIONS),
                    CelExtensions.optional())
            .build();

    private static final Pattern OLD_SELF = Pattern.compile("\\boldSelf\\b");

    private final JsonNode schema;
    private final List<Rule> own = new ArrayList<>();
    private final Map<String, ValidationRules> properties = new LinkedHashMap<>();
    private ValidationRules values;
    private ValidationRules items;

    private ValidationRules(JsonNode schema) {
        this.schema = schema;
    }

    /** A rule that is no CEL. */
    static final class Uncompilable extends Exception {
        private final FieldError error;

        private Uncompilable(FieldError error) {
            super(error.message());
            this.error = error;
        }

        FieldError error() {
            return error;
        }
    }

    private record Rule(
            JsonNode declared, boolean aboutChange, CelRuntime.Program program, CelRuntime.Program messageExpression) {}

    static ValidationRules compile(JsonNode schema) throws Uncompilable {
        return compile(schema, "spec.validation.openAPIV3Schema");
    }

    private static ValidationRules compile(JsonNode schema, String path) throws Uncompilable {
        ValidationRules rules = new ValidationRules(schema);
        int index = 0;
        for (JsonNode declared : schema.path("x-kubernetes-validations")) {
            String at = path + ".x-kubernetes-validations[" + index++ + "]";
            String rule = declared.path("rule").asText();
            rules.own.add(new Rule(
                    declared,
                    OLD_SELF.matcher(rule).find(),
                    program(rule, at + ".rule"),
                    declared.has("messageExpression")
                            ? program(declared.get("messageExpression").asText(), at + ".messageExpression")
                            : null));
        }
        for (Map.Entry<String, JsonNode> property : schema.path("properties").properties()) {
            ValidationRules child = compile(property.getValue(), path + ".properties[" + property.getKey() + "]");
            if (!child.isEmpty()) {
                rules.properties.put(property.getKey(), child);
            }
        }
        if (schema.path("items").isObject()) {
            rules.items = compile(schema.get("items"), path + ".items");
        }
        if (schema.path("additionalProperties").isObject()) {
            rules.values = compile(schema.get("additionalProperties"), path + ".additionalProperties");
        }
        return rules;
    }

    private boolean isEmpty() {
        return own.isEmpty()
                && properties.isEmpty()
                && (items == null || items.isEmpty())
                && (values == null || values.isEmpty());
    }

    private static CelRuntime.Program program(String expression, String at) throws Uncompilable {
        try {
            return RUNTIME.createProgram(COMPILER.compile(expression).getAst());
        } catch (CelValidationException | CelEvaluationException e) {
            throw new Uncompilable(FieldError.invalid(at, expression, "compilation failed: " + e.getMessage()));
        }
    }

    /** @param previous null when the object is new */
    List<FieldError> check(ObjectNode object, ObjectNode previous) {
        List<FieldError> errors = new ArrayList<>();
        check(object, previous, "", errors);
        return errors;
    }

    private void check(JsonNode value, JsonNode previous, String path, List<FieldError> errors) {
        if (value == null || value.isNull() || isEmpty()) {
            return;
        }
        if (!own.isEmpty()) {
            Map<String, Object> variables = new HashMap<>();
            variables.put("self", toCel(schema, value));
            if (previous != null) {
                variables.put("oldSelf", toCel(schema, previous));
            }
            for (Rule rule : own) {
                if (!rule.aboutChange() || previous != null) {
                    check(rule, variables, path, errors);
                }
            }
        }
        properties.forEach((name, rules) -> rules.check(
                value.get(name),
                previous == null ? null : previous.get(name),
                StructuralSchema.join(path, name),
                errors));
        if (items != null && value.isArray()) {
            Map<JsonNode, JsonNode> before = itemsByKey(previous);
            for (int i = 0; i < value.size(); i++) {
                JsonNode item = value.get(i);
                items.check(item, before.get(StructuralSchema.key(schema, item)), path + "[" + i + "]", errors);
            }
        }
        if (values != null && value.isObject()) {
            for (Map.Entry<String, JsonNode> field : value.properties()) {
                if (!schema.path("properties").has(field.getKey())) {
                    JsonNode before = previous == null ? null : previous.get(field.getKey());
                    values.check(field.getValue(), before, path + "[" + field.getKey() + "]", errors);
                }
            }
        }
    }

    /** The items that can be found again in a later version; only those of a {@code listType=map} can. */
    private Map<JsonNode, JsonNode> itemsByKey(JsonNode list) {
        Map<JsonNode, JsonNode> byKey = new HashMap<>();
        if (list != null && schema.path("x-kubernetes-list-type").asText().equals("map")) {
            list.forEach(item -> byKey.put(StructuralSchema.key(schema, item), item));
        }
        return byKey;
    }

    private void check(Rule rule, Map<String, Object> variables, String path, List<FieldError> errors) {
        String declared = rule.declared().path("rule").asText().strip();
        String problem;
        try {
            if (Boolean.TRUE.equals(rule.program().eval(variables))) {
                return;
            }
            problem = message(rule, variables, declared);
        } catch (CelEvaluationException e) {
            problem = "rule evaluation error: %s evaluating rule: %s".formatted(e.getMessage(), declared);
        }
        String reason = rule.declared().path("reason").asText("FieldValueInvalid");
        String field = path + rule.declared().path("fieldPath").asText("");
        field = field.startsWith(".") ? field.substring(1) : field;
        errors.add(error(reason, field.isEmpty() ? "<nil>" : field, problem));
    }

    private static String message(Rule rule, Map<String, Object> variables, String declared) {
        if (rule.messageExpression() != null) {
            try {
                return String.valueOf(rule.messageExpression().eval(variables));
            } catch (CelEvaluationException e) {
                // as in Kubernetes: the plain message is the fallback
            }
        }
        return rule.declared().path("message").asText("failed rule: " + declared);
    }

    private FieldError error(String reason, String field, String problem) {
        // of the value Kubernetes shows the type alone
        String type = schema.path("type").asText("");
        return switch (reason) {
            case "FieldValueForbidden" -> FieldError.forbidden(field, problem);
            case "FieldValueRequired" -> FieldError.required(field, problem);
            case "FieldValueDuplicate" ->
                new FieldError(reason, field, "Duplicate value: \"%s\": %s".formatted(type, problem));
            default -> FieldError.invalid(field, type, problem);
        };
    }

    private static Object toCel(JsonNode schema, JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> value.asText();
            case BOOLEAN -> value.asBoolean();
            case NUMBER -> {
                boolean whole = value.isIntegralNumber()
                        && !schema.path("type").asText().equals("number");
                yield whole ? (Object) value.asLong() : (Object) value.asDouble();
            }
            case ARRAY ->
                value.valueStream()
                        .map(item -> toCel(schema.path("items"), item))
                        .toList();
            default -> toCelMap(schema, value);
        };
    }

    private static Map<String, Object> toCelMap(JsonNode schema, JsonNode object) {
        Map<String, Object> map = new LinkedHashMap<>();
        for (Map.Entry<String, JsonNode> field : object.properties()) {
            JsonNode declared = schema.path("properties").get(field.getKey());
            String name = declared == null ? field.getKey() : escape(field.getKey());
            if (!field.getValue().isNull()) {
                map.put(
                        name,
                        toCel(declared == null ? schema.path("additionalProperties") : declared, field.getValue()));
            }
        }
        return map;
    }

    /** Names that are no CEL identifiers, as Kubernetes writes them. */
    private static String escape(String name) {
        if (RESERVED.contains(name)) {
            return "__" + name + "__";
        }
        return name.replace("__", "__underscores__")
                .replace(".", "__dot__")
                .replace("-", "__dash__")
                .replace("/", "__slash__");
    }

    private static final List<String> RESERVED = List.of(
            "true",
            "false",
            "null",
            "in",
            "as",
            "break",
            "const",
            "continue",
            "else",
            "for",
            "function",
            "if",
            "import",
            "let",
            "loop",
            "package",
            "namespace",
            "return");
}
