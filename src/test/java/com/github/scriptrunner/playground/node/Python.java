package com.github.scriptrunner.playground.node;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;

/** The interpreter that stands for every image, and the program that supervises it. */
record Python(String executable, Path supervisor) {

    /** Asks python3 on the PATH where it really is: a version manager's shim would look for it in the pod's HOME. */
    static Python find(Path directory) throws IOException, InterruptedException {
        Process process = new ProcessBuilder("python3", "-c", "import sys; print(sys.executable)")
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        String executable = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        if (process.waitFor() != 0 || executable.isEmpty()) {
            throw new IOException("python3 on the PATH does not start");
        }
        Path supervisor = directory.resolve("supervise.py");
        try (InputStream source = Python.class.getResourceAsStream("supervise.py")) {
            Files.copy(source, supervisor);
        }
        return new Python(executable, supervisor);
    }
}
