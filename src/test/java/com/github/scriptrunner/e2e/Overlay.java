package com.github.scriptrunner.e2e;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** A kustomization beside a copy of the manifests, applied to the cluster until it is closed. */
final class Overlay implements AutoCloseable {
    private final Path folder;

    private Overlay(Path folder) {
        this.folder = folder;
    }

    /** @param parent an empty folder; the manifests will be in its {@code manifests} */
    static Overlay in(Path parent) throws IOException {
        Path manifests = Path.of("manifests");
        try (Stream<Path> files = Files.walk(manifests)) {
            for (Path file : files.toList()) {
                Files.copy(file, parent.resolve("manifests").resolve(manifests.relativize(file)));
            }
        }
        return new Overlay(parent);
    }

    void write(String file, String text) {
        try {
            Path path = folder.resolve(file);
            Files.createDirectories(path.getParent());
            Files.writeString(path, text);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void replace(String file, String text, String other) {
        try {
            write(file, Files.readString(folder.resolve(file)).replace(text, other));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    void apply(String kustomization) {
        Shell.kubectl("apply", "-k", folder.resolve(kustomization).toString()).succeeds();
    }

    static void awaitOperator() {
        Shell.kubectl(
                        "rollout",
                        "status",
                        "deployment/scriptrunner-operator",
                        "-n",
                        "scriptrunner-system",
                        "--timeout=120s")
                .succeeds();
    }

    /** Puts the operator back as it was. */
    @Override
    public void close() {
        Shell.kubectl("apply", "-k", "manifests").succeeds();
        awaitOperator();
    }
}
