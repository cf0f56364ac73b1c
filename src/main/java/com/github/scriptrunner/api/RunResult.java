package com.github.scriptrunner.api;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.soabase.recordbuilder.core.RecordBuilder;
import java.time.Instant;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/**
 * The recorded result of one run on one node. Written once, never changed.
 *
 * @param run counted from 1 in its revision
 * @param exitCode null where the script never ran; 128+n after signal n
 * @param stdout null when empty, like stderr
 * @param truncated true or null; then {@code stdoutBytes} and {@code stderrBytes} say how much there was
 * @param attempts null for 1
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
@RecordBuilder
public record RunResult(
        int run,
        int revision,
        Outcome outcome,
        Integer exitCode,
        String stdout,
        String stderr,
        Boolean truncated,
        Long stdoutBytes,
        Long stderrBytes,
        Integer attempts,
        Instant startTime,
        Instant finishTime,
        String podName)
        implements RunResultBuilder.With {
    /** Between a line's end and the next line. */
    private static final Pattern EACH_LINE = Pattern.compile("(?<=\n)");

    public RunResult {
        stdout = stdout == null || stdout.isEmpty() ? null : stdout;
        stderr = stderr == null || stderr.isEmpty() ? null : stderr;
    }

    /** Of a run that could not tell of itself; why stands in {@code stderr}. */
    public static RunResult of(
            int run, int revision, Outcome outcome, String why, Instant startTime, Instant finishTime, String podName) {
        return RunResultBuilder.builder()
                .run(run)
                .revision(revision)
                .outcome(outcome)
                .stderr(why)
                .startTime(startTime)
                .finishTime(finishTime)
                .podName(podName)
                .build();
    }

    public boolean hasOutput() {
        return stdout != null || stderr != null;
    }

    /** What is left of it when the status is short of room. */
    public RunResult withoutOutput() {
        return with().stdout(null).stderr(null).truncated(true).build();
    }

    /** Without the lines of its output in which this regular expression is found. */
    public RunResult withoutLines(String pattern) {
        Predicate<String> matches = Pattern.compile(pattern).asPredicate();
        return with().stdout(without(matches, stdout))
                .stderr(without(matches, stderr))
                .build();
    }

    private static String without(Predicate<String> matches, String output) {
        return output == null
                ? null
                : EACH_LINE.splitAsStream(output).filter(matches.negate()).collect(Collectors.joining());
    }
}
