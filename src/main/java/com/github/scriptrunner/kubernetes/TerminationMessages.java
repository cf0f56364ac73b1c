package com.github.scriptrunner.kubernetes;

import com.fasterxml.jackson.annotation.JsonIgnoreProperties;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.RunResultBuilder;
import com.github.scriptrunner.domain.ObservedPod;
import com.github.scriptrunner.domain.ObservedPod.State;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.stream.Stream;
import java.util.zip.InflaterInputStream;

/** Reads what the runner program left in a container's termination message. */
public final class TerminationMessages {
    /** Bytes of UTF-8 that the runner program keeps of each stream. */
    private static final int MOST_OF_A_STREAM = 16 * 1024;

    /** What both streams can take as JSON, where a character may become six. */
    private static final int MOST_INFLATED = 2 * 6 * MOST_OF_A_STREAM + 1024;

    private static final ObjectMapper JSON = new ObjectMapper();

    /** As the runner program writes it; see {@code runner/README.md}. */
    @JsonIgnoreProperties(ignoreUnknown = true)
    record Message(
            int version,
            Outcome outcome,
            Integer exitCode,
            String stdout,
            String stderr,
            long stdoutBytes,
            long stderrBytes,
            boolean truncated,
            String deflated) {}

    @JsonIgnoreProperties(ignoreUnknown = true)
    record Outputs(String stdout, String stderr) {}

    /**
     * The result of a pod that has ended.
     *
     * @throws IOException when the message is not the runner program's
     */
    public RunResult resultOf(ObservedPod pod) throws IOException {
        if (pod.terminationMessage() == null) {
            throw new IOException("no termination message");
        }
        Message message = JSON.readValue(pod.terminationMessage(), Message.class);
        if (message == null || message.version() != 1) {
            throw new IOException("not a termination message of version 1");
        }
        Outputs outputs = message.deflated() == null
                ? new Outputs(message.stdout(), message.stderr())
                : JSON.readValue(inflate(message.deflated()), Outputs.class);
        if (isTooLong(outputs.stdout()) || isTooLong(outputs.stderr())) {
            throw new IOException("an output of more than " + MOST_OF_A_STREAM + " bytes");
        }
        Outcome outcome = outcome(pod, message.outcome());
        return resultOf(pod, outcome)
                .exitCode(outcome == Outcome.SetupFailed ? null : pod.exitCode())
                .stdout(outputs.stdout())
                .stderr(Stream.of(outputs.stderr(), disturbance(pod))
                        .filter(text -> text != null && !text.isEmpty())
                        .reduce((said, why) -> said + (said.endsWith("\n") ? "" : "\n") + why)
                        .orElse(null))
                .truncated(message.truncated() ? true : null)
                .stdoutBytes(message.truncated() ? message.stdoutBytes() : null)
                .stderrBytes(message.truncated() ? message.stderrBytes() : null)
                .build();
    }

    /** The result of a pod whose message nobody understands: its exit code, and why there is no more. */
    public RunResult resultAsItIs(ObservedPod pod) {
        String left = pod.terminationMessage();
        String why = pod.state() == State.Lost
                ? disturbance(pod)
                : "The container left no result%s.".formatted(pod.reason() == null ? "" : " (" + pod.reason() + ")");
        return resultOf(pod, outcome(pod, null))
                .exitCode(pod.exitCode())
                .stderr(left == null || left.isBlank() ? why : why + " The end of its log:\n" + left)
                .build();
    }

    /** What Kubernetes did to the container that its own words do not tell; null where it did nothing. */
    private static String disturbance(ObservedPod pod) {
        if (pod.state() == State.Lost) {
            return pod.message() == null
                    ? "Kubernetes does not know how the container ended; its node was restarted."
                    : "The pod was ended by Kubernetes: " + pod.message();
        }
        return "OOMKilled".equals(pod.reason())
                ? "A process of the script was killed for its use of memory (OOMKilled)."
                : null;
    }

    private static RunResultBuilder resultOf(ObservedPod pod, Outcome outcome) {
        return RunResultBuilder.builder()
                .run(pod.run())
                .revision(pod.revision())
                .outcome(outcome)
                .startTime(pod.startTime())
                .finishTime(pod.finishTime())
                .podName(pod.name());
    }

    /** The container's own exit code decides; only how it failed is taken from the message. */
    private static Outcome outcome(ObservedPod pod, Outcome said) {
        if (pod.state() == State.Lost) {
            return Outcome.Lost;
        }
        if (pod.exitCode() != null && pod.exitCode() == 0) {
            return Outcome.Succeeded;
        }
        return said == Outcome.TimedOut || said == Outcome.SetupFailed ? said : Outcome.Failed;
    }

    private static boolean isTooLong(String output) {
        return output != null && output.getBytes(StandardCharsets.UTF_8).length > MOST_OF_A_STREAM;
    }

    private static String inflate(String deflated) throws IOException {
        byte[] compressed;
        try {
            compressed = Base64.getDecoder().decode(deflated);
        } catch (IllegalArgumentException e) {
            throw new IOException("outputs that are not base64", e);
        }
        try (InputStream stream = new InflaterInputStream(new ByteArrayInputStream(compressed))) {
            byte[] text = stream.readNBytes(MOST_INFLATED + 1);
            if (text.length > MOST_INFLATED) {
                throw new IOException("outputs of more than " + MOST_INFLATED + " bytes");
            }
            return new String(text, StandardCharsets.UTF_8);
        }
    }
}
