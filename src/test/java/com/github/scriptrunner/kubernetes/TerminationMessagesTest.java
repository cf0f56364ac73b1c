package com.github.scriptrunner.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.domain.ObservedPod;
import com.github.scriptrunner.domain.ObservedPod.State;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.zip.DeflaterOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class TerminationMessagesTest {
    private final TerminationMessages messages = new TerminationMessages();

    @Test
    void aPlainMessageIsTheResult() throws IOException {
        RunResult result = messages.resultOf(ended(3, """
                {"version":1,"outcome":"Failed","exitCode":3,"stdout":"out","stderr":"err","stdoutBytes":3,"stderrBytes":3,
                 "truncated":false}"""));

        assertThat(result.outcome()).isEqualTo(Outcome.Failed);
        assertThat(result.exitCode()).isEqualTo(3);
        assertThat(result.stdout()).isEqualTo("out");
        assertThat(result.stderr()).isEqualTo("err");
        assertThat(result.truncated()).isNull();
        assertThat(result.stdoutBytes()).isNull();
        assertThat(result.podName()).isEqualTo("hello-1");
    }

    @Test
    void aDeflatedMessageIsInflatedAndSaysHowMuchThereWas() throws IOException {
        RunResult result = messages.resultOf(ended(0, """
                {"version":1,"outcome":"Succeeded","exitCode":0,"deflated":"%s","stdoutBytes":60000,"stderrBytes":0,
                 "truncated":true}""".formatted(
                        deflated("{\"stdout\":\"head\\n[... 59990 bytes left out ...]\\ntail\",\"stderr\":\"\"}"))));

        assertThat(result.stdout()).startsWith("head").endsWith("tail");
        assertThat(result.stderr()).isNull();
        assertThat(result.truncated()).isTrue();
        assertThat(result.stdoutBytes()).isEqualTo(60000);
    }

    @ParameterizedTest(name = "exit code {0}, said {1}: {2}")
    @CsvSource({
        "0, Succeeded, Succeeded",
        "0, Failed, Succeeded",
        "0, TimedOut, Succeeded",
        "1, Succeeded, Failed",
        "143, TimedOut, TimedOut",
        "125, SetupFailed, SetupFailed",
        "1, Lost, Failed",
    })
    void theContainersExitCodeDecidesAndOnlyHowItFailedIsBelieved(int exitCode, String said, Outcome outcome)
            throws IOException {
        RunResult result = messages.resultOf(ended(exitCode, "{\"version\":1,\"outcome\":\"%s\"}".formatted(said)));

        assertThat(result.outcome()).isEqualTo(outcome);
    }

    @Test
    void aScriptThatNeverRanHasNoExitCode() throws IOException {
        assertThat(messages.resultOf(ended(125, "{\"version\":1,\"outcome\":\"SetupFailed\"}"))
                        .exitCode())
                .isNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "garbage",
                "[]",
                "null",
                "{}",
                "{\"version\":2}",
                "{\"version\":1,\"outcome\":\"Great\"}",
                "{\"version\":1,\"deflated\":\"not base64!\"}",
                "{\"version\":1,\"deflated\":\"AAAA\"}",
            })
    void aMessageThatIsNotOursIsRefused(String message) {
        assertThatThrownBy(() -> messages.resultOf(ended(1, message))).isInstanceOf(IOException.class);
    }

    @Test
    void aMessageThatInflatesWithoutEndIsRefused() throws IOException {
        String bomb = "{\"version\":1,\"deflated\":\"%s\"}".formatted(deflated("0".repeat(3_000_000)));
        assertThat(bomb).hasSizeLessThan(4096);

        assertThatThrownBy(() -> messages.resultOf(ended(0, bomb))).hasMessageContaining("more than");
    }

    @Test
    void whatNobodyUnderstandsIsRecordedAsItIs() {
        RunResult result = messages.resultAsItIs(ended(137, "Traceback: the end of the log"));

        assertThat(result.outcome()).isEqualTo(Outcome.Failed);
        assertThat(result.exitCode()).isEqualTo(137);
        assertThat(result.stderr())
                .isEqualTo(
                        "The container left no result (OOMKilled). The end of its log:\nTraceback: the end of the log");
    }

    @Test
    void aLostPodSaysWhyItWasEnded() {
        RunResult result = messages.resultAsItIs(pod(State.Lost, 137, null));

        assertThat(result.outcome()).isEqualTo(Outcome.Lost);
        assertThat(result.stderr()).isEqualTo("The pod was ended by Kubernetes: The node was low on memory.");
    }

    @ParameterizedTest
    @CsvSource({
        "Lost, 143, The pod was ended by Kubernetes: The node was low on memory.",
        "Ended, 137, " + "A process of the script was killed for its use of memory (OOMKilled)."
    })
    void whatKubernetesDidFollowsWhatTheScriptSaid(State state, int exitCode, String why) throws IOException {
        String said = "{\"version\":1,\"outcome\":\"Failed\",\"stderr\":\"err\"}";

        assertThat(messages.resultOf(pod(state, exitCode, said)).stderr()).isEqualTo("err\n" + why);
    }

    private static ObservedPod ended(int exitCode, String message) {
        return pod(State.Ended, exitCode, message);
    }

    private static ObservedPod pod(State state, int exitCode, String message) {
        Instant start = Instant.parse("2026-01-01T00:00:00Z");
        return new ObservedPod(
                "ops",
                "hello-1",
                "hello",
                "u1",
                "n1",
                1,
                1,
                state,
                state == State.Lost ? "Evicted" : exitCode == 137 ? "OOMKilled" : "Error",
                "The node was low on memory.",
                start,
                start.plusSeconds(1),
                exitCode,
                message,
                true,
                false);
    }

    private static String deflated(String text) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (DeflaterOutputStream deflater = new DeflaterOutputStream(bytes)) {
            deflater.write(text.getBytes(StandardCharsets.UTF_8));
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }
}
