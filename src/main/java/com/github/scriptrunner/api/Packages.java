package com.github.scriptrunner.api;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonInclude;
import java.util.List;

/**
 * What is installed before the script starts.
 *
 * @param dnf package names
 * @param pip PEP 508 requirements
 */
@JsonInclude(JsonInclude.Include.NON_EMPTY)
public record Packages(List<String> dnf, List<String> pip) {
    public static final Packages NONE = new Packages(List.of(), List.of());

    public Packages {
        dnf = List.copyOf(requireNonNullElse(dnf, List.of()));
        pip = List.copyOf(requireNonNullElse(pip, List.of()));
    }
}
