package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.RunResult;
import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

@BehaviourTest
class OutputIsTextOfBoundedLengthTest {
    private static final Pattern LEFT_OUT = Pattern.compile("\n\\[\\.\\.\\. (\\d+) bytes left out \\.\\.\\.]\n");

    private static RunResult run(TestNamespace namespace, String script) {
        Runner runner = namespace.create(Map.of("script", script, "nodeSelector", ON_ONE_NODE));
        return latest(node(runner.awaitComplete(), NODE_1));
    }

    @Test
    void bytesThatAreNotUtf8AreReplaced(TestNamespace namespace) {
        String script = """
                import os
                os.write(1, bytes(range(256)))
                os.write(2, b"caf\\xe9 \\xf0\\x9f\\x98 end")
                """;

        RunResult result = run(namespace, script);

        String ascii = IntStream.range(0, 128).mapToObj(Character::toString).collect(Collectors.joining());
        assertThat(result.stdout()).isEqualTo(ascii + "\uFFFD".repeat(128));
        assertThat(result.stderr()).isEqualTo("caf\uFFFD \uFFFD end");
        assertThat(result.truncated()).isNull();
    }

    @Test
    void noOutputIsLeftOut(TestNamespace namespace) {
        RunResult result = run(namespace, "pass");

        assertThat(result.exitCode()).isZero();
        assertThat(result.stdout()).isNull();
        assertThat(result.stderr()).isNull();
        assertThat(result.stdoutBytes()).isNull();
    }

    @Test
    void stderrOfASuccessIsKept(TestNamespace namespace) {
        RunResult result = run(namespace, "import sys; print('a warning', file=sys.stderr)");

        assertThat(result.exitCode()).isZero();
        assertThat(result.stderr()).isEqualTo("a warning\n");
    }

    @Test
    void outputThatIsNotTooLongIsWhole(TestNamespace namespace) {
        RunResult result = run(namespace, "print('line of output\\n' * 1000)");

        assertThat(result.stdout()).isEqualTo("line of output\n".repeat(1000) + "\n");
        assertThat(result.truncated()).isNull();
    }

    @Test
    void longOutputKeepsHeadAndTail(TestNamespace namespace) {
        RunResult result = run(namespace, """
                import sys
                print("".join(f"line {n:05}\\n" for n in range(5454)), end="")
                print("why", file=sys.stderr)
                sys.exit(4)
                """);

        assertThat(result.truncated()).isTrue();
        assertThat(result.stdoutBytes()).isEqualTo(59_994);
        assertThat(result.stderrBytes()).isEqualTo(4);
        assertThat(result.stdout()).startsWith("line 00000\nline 00001\n").endsWith("line 05453\n");
        assertThat(result.stderr()).isEqualTo("why\n");
        assertThat(result.exitCode()).isEqualTo(4);
        assertNothingIsMissing(result.stdout(), 59_994);
    }

    @Test
    void outputThatDoesNotCompressKeepsHeadAndTailToo(TestNamespace namespace) {
        RunResult result = run(namespace, """
                import base64, random
                seed = random.Random(7)
                print("first " + base64.b64encode(seed.randbytes(45000)).decode() + " last", end="")
                """);

        assertThat(result.truncated()).isTrue();
        assertThat(result.stdoutBytes()).isEqualTo(60_011);
        assertThat(result.stdout()).startsWith("first ").endsWith(" last");
        assertNothingIsMissing(result.stdout(), 60_011);
    }

    private static void assertNothingIsMissing(String output, int bytes) {
        int kept = output.getBytes(StandardCharsets.UTF_8).length;
        assertThat(kept).isBetween(1000, 16 * 1024 + 100);
        // the line end before is the output's own where there is one
        MatchResult line = LEFT_OUT.matcher(output).results().findFirst().orElseThrow();
        int leftOut = Integer.parseInt(line.group(1));
        assertThat(kept - line.group().length() + leftOut).isBetween(bytes - 1, bytes);
    }
}
