package com.github.scriptrunner.playground.node;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** A command under {@code supervise.py}: none of its descendants outlives it, nor this JVM. */
final class SupervisedProcess {
    private final Process supervisor;

    private SupervisedProcess(Process supervisor) {
        this.supervisor = supervisor;
    }

    /** Starts the command with exactly this environment; standard output and error are appended to the log as they come. */
    static SupervisedProcess start(
            Python python, List<String> command, Map<String, String> environment, Path workingDirectory, Path log)
            throws IOException {
        List<String> supervised = new ArrayList<>(List.of(
                // isolated: the container's environment must not change what the supervisor loads
                python.executable(), "-I", "-S", python.supervisor().toString()));
        supervised.addAll(command);
        ProcessBuilder builder = new ProcessBuilder(supervised)
                .directory(workingDirectory.toFile())
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()));
        builder.environment().clear();
        builder.environment().putAll(environment);
        return new SupervisedProcess(builder.start());
    }

    /** Of the supervisor, which leads the session. */
    long pid() {
        return supervisor.pid();
    }

    /** Sends SIGTERM to the command. */
    void terminate() {
        // Process.destroy closes standard input too, which means SIGKILL
        supervisor.toHandle().destroy();
    }

    /** Ends the command and all that it started with SIGKILL. */
    void kill() {
        try {
            supervisor.getOutputStream().close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Waits for the end: the exit code, 128+n after signal n. */
    int waitFor() throws InterruptedException {
        return supervisor.waitFor();
    }
}
