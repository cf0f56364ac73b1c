package com.github.scriptrunner.behaviour;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** Lets scripts run for exactly as long as a test wants: they wait until it is open. */
final class Gate implements AutoCloseable {
    private final Path directory;

    private Gate(Path directory) {
        this.directory = directory;
    }

    static Gate closed() {
        try {
            return new Gate(Files.createTempDirectory("gate-"));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lines of Python that wait; not for ever, for a test may have died. */
    String script() {
        return """
                import os, time
                for _ in range(1200):
                    if not os.path.exists("%s"): break
                    time.sleep(0.05)
                """.formatted(directory);
    }

    void open() {
        try {
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        open();
    }
}
