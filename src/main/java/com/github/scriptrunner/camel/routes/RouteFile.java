package com.github.scriptrunner.camel.routes;

/**
 * One file of routes.
 *
 * @param location as Camel loads it: {@code classpath:...} or {@code file:...}
 */
record RouteFile(String name, String location, String text) {}
