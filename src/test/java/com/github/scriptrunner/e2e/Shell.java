package com.github.scriptrunner.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** Commands as a person would type them, on the cluster of the tests. */
final class Shell {
    /** The folder of a kit whose {@code node} and {@code up} disturb nodes and control plane; see e2e/README.md. */
    static final String KIT = "E2E_KIT";

    private Shell() {}

    /** @param output of both streams */
    record Result(int exitCode, String output) {
        Result succeeds() {
            assertThat(exitCode).as(output).isZero();
            return this;
        }

        Result isRefused() {
            assertThat(exitCode).as(output).isNotZero();
            return this;
        }
    }

    static Result kubectl(String... arguments) {
        List<String> command = new ArrayList<>(List.of("kubectl", "--kubeconfig", System.getenv("E2E_KUBECONFIG")));
        command.addAll(List.of(arguments));
        return run(command, "");
    }

    static Result kubectlWithInput(String input, String... arguments) {
        List<String> command = new ArrayList<>(List.of("kubectl", "--kubeconfig", System.getenv("E2E_KUBECONFIG")));
        command.addAll(List.of(arguments));
        return run(command, input);
    }

    /** {@code freeze}, {@code thaw}, {@code reboot}, {@code rm}, {@code add}, {@code exec} of a node. */
    static Result node(String... arguments) {
        List<String> command = new ArrayList<>(List.of(System.getenv(KIT) + "/node"));
        command.addAll(List.of(arguments));
        return run(command, "").succeeds();
    }

    static Result run(List<String> command, String input) {
        try {
            Process process =
                    new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().write(input.getBytes(StandardCharsets.UTF_8));
            process.getOutputStream().close();
            String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            return new Result(process.waitFor(), output);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            throw new IllegalStateException("a test was told to end", e);
        }
    }
}
