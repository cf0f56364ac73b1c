package com.github.scriptrunner.camel.routes;

/** Makes the routes of a pattern with all that they name, and starts none of them. */
@FunctionalInterface
public interface DryStart {
    /**
     * Throws what keeps them from being made.
     *
     * @param includePattern as {@code camel.main.routesIncludePattern} takes it
     */
    void of(String includePattern) throws Exception;
}
