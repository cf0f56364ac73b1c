package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.regex.Pattern;

/** What Kubernetes allows as names, labels and annotations. */
final class Names {
    private static final int ANNOTATIONS_LIMIT = 256 * 1024;
    private static final String LABEL = "[a-z0-9]([-a-z0-9]*[a-z0-9])?";
    private static final Pattern DNS_LABEL = Pattern.compile(LABEL);
    private static final Pattern DNS_SUBDOMAIN = Pattern.compile(LABEL + "(\\." + LABEL + ")*");
    private static final Pattern QUALIFIED = Pattern.compile("([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]");
    private static final Pattern LABEL_VALUE = Pattern.compile("(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?");

    private static final String SUBDOMAIN_RULE =
            "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end"
                    + " with an alphanumeric character (e.g. 'example.com', regex used for validation is '"
                    + DNS_SUBDOMAIN + "')";
    private static final String LABEL_RULE =
            "a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an"
                    + " alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '"
                    + DNS_LABEL + "')";
    private static final String KEY_RULE =
            "name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric"
                    + " character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '"
                    + QUALIFIED + "')";
    private static final String VALUE_RULE =
            "a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end"
                    + " with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '"
                    + LABEL_VALUE + "')";

    private static final String GENERATED = "bcdfghjklmnpqrstvwxz2456789";
    private static final Random RANDOM = new Random();

    private Names() {}

    /** A name that begins with {@code generateName}. */
    static String generate(String prefix) {
        StringBuilder name = new StringBuilder(prefix);
        RANDOM.ints(5, 0, GENERATED.length()).forEach(index -> name.append(GENERATED.charAt(index)));
        return name.toString();
    }

    static void validate(Kind kind, Metadata metadata, List<FieldError> errors) {
        String name = metadata.name();
        if (name.isEmpty()) {
            errors.add(FieldError.required("metadata.name", "name or generateName is required"));
        } else if (kind.name().equals("Namespace") && name.contains(".")) {
            errors.add(FieldError.invalid("metadata.name", name, "must not contain dots"));
        } else if (kind.name().equals("Namespace")) {
            validateName(name, 63, DNS_LABEL, LABEL_RULE, errors);
        } else {
            validateName(name, 253, DNS_SUBDOMAIN, SUBDOMAIN_RULE, errors);
        }
        for (Map.Entry<String, JsonNode> label : metadata.node().path("labels").properties()) {
            validateKey("metadata.labels", label.getKey(), errors);
            String value = label.getValue().asText();
            if (value.length() > 63) {
                errors.add(FieldError.invalid("metadata.labels", value, "must be no more than 63 bytes"));
            }
            if (!LABEL_VALUE.matcher(value).matches()) {
                errors.add(FieldError.invalid("metadata.labels", value, VALUE_RULE));
            }
        }
        long size = 0;
        for (Map.Entry<String, JsonNode> annotation :
                metadata.node().path("annotations").properties()) {
            validateKey("metadata.annotations", annotation.getKey().toLowerCase(Locale.ROOT), errors);
            size += bytes(annotation.getKey()) + bytes(annotation.getValue().asText());
        }
        if (size > ANNOTATIONS_LIMIT) {
            errors.add(FieldError.tooLong("metadata.annotations", ANNOTATIONS_LIMIT));
        }
    }

    private static void validateName(String name, int limit, Pattern pattern, String rule, List<FieldError> errors) {
        if (name.length() > limit) {
            errors.add(FieldError.invalid("metadata.name", name, "must be no more than " + limit + " bytes"));
        }
        if (!pattern.matcher(name).matches()) {
            errors.add(FieldError.invalid("metadata.name", name, rule));
        }
    }

    private static void validateKey(String field, String key, List<FieldError> errors) {
        int slash = key.indexOf('/');
        String prefix = slash < 0 ? "" : key.substring(0, slash);
        String name = key.substring(slash + 1);
        if (slash >= 0 && !DNS_SUBDOMAIN.matcher(prefix).matches()) {
            errors.add(FieldError.invalid(field, key, "prefix part " + SUBDOMAIN_RULE));
        }
        if (name.length() > 63) {
            errors.add(FieldError.invalid(field, key, "name part must be no more than 63 bytes"));
        }
        if (!QUALIFIED.matcher(name).matches()) {
            errors.add(FieldError.invalid(field, key, KEY_RULE));
        }
    }

    private static long bytes(String text) {
        return text.getBytes(java.nio.charset.StandardCharsets.UTF_8).length;
    }
}
