package com.github.scriptrunner.domain;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import java.time.Instant;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class OccurrencesTest {
    private static final Instant TIME = Instant.parse("2026-01-01T00:00:00Z");
    private static final ScriptRunnerStatus NOTHING = status(false);

    @Test
    void aFailedRunIsToldWithItsExitCode() {
        Plan plan = plan(NOTHING, NOTHING, result("n1", Outcome.Failed, 3), result("n2", Outcome.Succeeded, 0));

        assertThat(plan.occurrences())
                .containsExactly(new Occurrence(
                        "ops", "hello", "uid-of-hello", Occurrence.Kind.RunFailed, "run 1 on n1: Failed, exit code 3"));
    }

    @Test
    void manyFailuresAreOneOccurrence() {
        RecordedResult[] lost = IntStream.rangeClosed(1, 1000)
                .mapToObj(node -> result("n" + node, Outcome.Lost, null))
                .toArray(RecordedResult[]::new);

        assertThat(plan(NOTHING, NOTHING, lost).occurrences())
                .extracting(Occurrence::message)
                .containsExactly("run 1 on n1: Lost; run 1 on n2: Lost; run 1 on n3: Lost; and 997 more");
    }

    @Test
    void whatHoldsUpARunIsToldWhenItBegins() {
        ScriptRunnerStatus held = status(false, node(Phase.Waiting, "AdmissionDenied", "privileged is not allowed"));

        assertThat(plan(NOTHING, held).occurrences())
                .extracting(Occurrence::kind, Occurrence::message)
                .containsExactly(tuple(Occurrence.Kind.CannotStart, "n1: AdmissionDenied: privileged is not allowed"));
        assertThat(plan(held, held).occurrences()).isEmpty();
    }

    @Test
    void aNodeThatIsGivenUpIsTold() {
        ScriptRunnerStatus held = status(false, node(Phase.Waiting, "ImagePullFailed", null));
        ScriptRunnerStatus skipped = status(false, node(Phase.Skipped, "ImagePullFailed", null));

        assertThat(plan(held, skipped).occurrences())
                .extracting(Occurrence::kind, Occurrence::message)
                .containsExactly(tuple(Occurrence.Kind.NodeSkipped, "n1: ImagePullFailed"));
    }

    @Test
    void completionIsToldOnce() {
        ScriptRunnerStatus complete = status(true);

        assertThat(plan(NOTHING, complete).occurrences())
                .extracting(Occurrence::kind, Occurrence::message)
                .containsExactly(tuple(Occurrence.Kind.Completed, "all done"));
        assertThat(plan(complete, complete).occurrences()).isEmpty();
    }

    @Test
    void aMessageIsCutToWhatAnEventHolds() {
        ScriptRunnerStatus held = status(false, node(Phase.Waiting, "AdmissionDenied", "x".repeat(5000)));

        assertThat(plan(NOTHING, held).occurrences())
                .singleElement()
                .satisfies(told -> assertThat(told.message()).hasSize(900).endsWith("…"));
    }

    @Test
    void ofARunnerThatIsGoneNothingIsTold() {
        Plan gone = new Plan("ops/gone", null, null, false, List.of(), List.of(), List.of(), List.of(), null);

        assertThat(gone.occurrences()).isEmpty();
    }

    private static Plan plan(ScriptRunnerStatus before, ScriptRunnerStatus after, RecordedResult... recorded) {
        ScriptRunner runner = new ScriptRunner();
        runner.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ops")
                .withName("hello")
                .withUid("uid-of-hello")
                .build());
        runner.setStatus(before);
        return new Plan("ops/hello", runner, after, true, List.of(recorded), List.of(), List.of(), List.of(), null);
    }

    private static RecordedResult result(String node, Outcome outcome, Integer exitCode) {
        return new RecordedResult(
                "ops",
                "hello",
                node,
                RunResult.of(1, 1, outcome, null, TIME, TIME, "pod").withExitCode(exitCode));
    }

    private static NodeStatus node(Phase phase, String reason, String message) {
        return NodeStatus.of("n1", "id-of-n1", null).in(phase, reason, message);
    }

    private static ScriptRunnerStatus status(boolean complete, NodeStatus... nodes) {
        List<Condition> conditions = List.of(new ConditionBuilder()
                .withType("Complete")
                .withStatus(complete ? "True" : "False")
                .build());
        return new ScriptRunnerStatus(
                1L, 1, null, null, conditions, "all done", 0, 0, 0, 0, 0, 0, null, null, null, List.of(nodes));
    }
}
