package com.github.scriptrunner.camel.routes;

/**
 * What keeps a route file from being run, for whoever wrote it.
 *
 * @param file by its name
 * @param line from 1; 0 where it concerns the file as a whole
 * @param message what is wrong, and what to do
 */
public record Mistake(String file, int line, String message) {
    static Mistake in(RouteFile file, int line, String message) {
        return new Mistake(file.name(), line, message);
    }

    @Override
    public String toString() {
        return line == 0 ? file + ": " + message : file + ":" + line + ": " + message;
    }
}
