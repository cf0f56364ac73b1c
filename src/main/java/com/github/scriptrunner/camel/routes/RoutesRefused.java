package com.github.scriptrunner.camel.routes;

import java.util.List;
import java.util.stream.Collectors;

/** Why the operator does not start, for whoever wrote its routes: one mistake a line. */
public final class RoutesRefused extends RuntimeException {
    public RoutesRefused(List<Mistake> mistakes) {
        this(mistakes.stream().map(Mistake::toString).collect(Collectors.joining("\n")));
    }

    public RoutesRefused(String sentence) {
        super(sentence);
    }
}
