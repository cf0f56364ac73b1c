package com.github.scriptrunner.domain;

import static com.github.scriptrunner.domain.Simulation.after;
import static com.github.scriptrunner.domain.Simulation.onNodesWith;
import static com.github.scriptrunner.domain.Simulation.runs;
import static com.github.scriptrunner.domain.Simulation.runsEvery;
import static com.github.scriptrunner.domain.Simulation.script;
import static com.github.scriptrunner.domain.Simulation.withHistoryLimit;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.github.scriptrunner.api.Mode;
import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Nested;
import org.junit.jupiter.api.Test;

class PlannerTest {
    private static final ObjectMapper JSON = new ObjectMapper().registerModule(new JavaTimeModule());

    @Nested
    class ARun {
        @Test
        void standsInTheStatusBeforeItsPodIsCreated() {
            Simulation cluster = Simulation.of(runs(1)).node("n1");

            Plan plan = Planner.plan(cluster.observe());

            assertThat(plan.starts()).hasSize(1);
            assertThat(plan.status().nodes().get(0).current().pods()).isEqualTo(1);
            assertThat(plan.changesStatus()).isTrue();
        }

        @Test
        void isStartedAgainUnderTheSameNameUntilItsPodIsSeen() {
            Simulation cluster = Simulation.of(runs(1)).node("n1");
            Plan first = Planner.plan(cluster.observe());
            cluster.step();
            cluster.pods().forEach(pod -> cluster.forgetPod(pod.name()));

            Plan second = cluster.step();

            assertThat(second.starts()).isEqualTo(first.starts());
            assertThat(second.changesStatus()).isFalse();
            assertThat(second.isIdle()).isFalse();
        }

        @Test
        void isWaitingUntilItsContainerStartsAndThenRunning() {
            Simulation cluster = Simulation.of(runs(1)).node("n1").settle();
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Waiting);

            cluster.begin("n1");

            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Running);
            assertThat(cluster.says("Complete")).isEqualTo("False/Running");
        }

        @Test
        void isRecordedOnceAndItsPodReleased() {
            Simulation cluster = Simulation.of(runs(1)).node("n1").settle();

            cluster.run("n1", 0);

            assertThat(cluster.pods()).isEmpty();
            NodeStatus entry = cluster.entry("n1");
            assertThat(entry.phase()).isEqualTo(Phase.Succeeded);
            assertThat(entry.completedRuns()).isEqualTo(1);
            assertThat(entry.history()).hasSize(1);
            RunResult result = entry.history().get(0);
            assertThat(result.run()).isEqualTo(1);
            assertThat(result.revision()).isEqualTo(1);
            assertThat(result.exitCode()).isZero();
            assertThat(result.stdout()).isEqualTo("said by n1");
        }

        @Test
        void thatIsRecordedButNotReleasedIsReleasedAndNotRecordedAgain() {
            Simulation cluster = Simulation.of(runs(2)).node("n1").settle().begin("n1");
            ObservedPod running = cluster.pod("n1");
            cluster.end("n1", 0);
            cluster.putPod(ended(running));

            Plan plan = cluster.step();

            assertThat(plan.released()).extracting(ObservedPod::name).containsExactly(running.name());
            assertThat(plan.recorded()).isEmpty();
            assertThat(cluster.entry("n1").completedRuns()).isEqualTo(1);
        }

        @Test
        void thatFailsDoesNotStopLaterOnesAndLeavesTheNodeFailed() {
            Simulation cluster = Simulation.of(runs(2)).node("n1").settle();

            cluster.run("n1", 3);
            assertThat(cluster.says("Failed")).isEqualTo("True/SomeFailed");
            assertThat(cluster.says("Complete")).isEqualTo("False/Waiting");
            cluster.run("n1", 0);

            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Failed);
            assertThat(cluster.entry("n1").failedRuns()).isEqualTo(1);
            assertThat(cluster.says("Complete")).isEqualTo("True/SomeFailed");
            assertThat(cluster.says("Succeeded")).isEqualTo("False/SomeFailed");
            assertThat(cluster.status().summary()).isEqualTo("1/1 nodes done, 1 failed");
        }

        @Test
        void neverSharesItsPodNameWithAnother() {
            Simulation cluster = Simulation.of(runs(2)).node("n1").settle();
            String first = cluster.pod("n1").name();

            cluster.run("n1", 0);

            assertThat(cluster.pod("n1").name()).isNotEqualTo(first).startsWith("hello-");
        }

        @Test
        void ofAPrivilegedModeSaysSoAtTheEndOfItsPodName() {
            Simulation cluster = Simulation.of(Simulation.in(Mode.Privileged, null))
                    .node("n1")
                    .settle();

            assertThat(cluster.pod("n1").name()).endsWith("-privileged");
        }

        @Test
        void whosePodVanishedIsLost() {
            Simulation cluster = Simulation.of(runs(1)).node("n1").settle().begin("n1");

            cluster.removePod("n1");

            assertThat(cluster.entry("n1").history())
                    .extracting(RunResult::outcome)
                    .containsExactly(Outcome.Lost);
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Failed);
        }

        @Test
        void thatWasEvictedIsLostAndNotRepeated() {
            Simulation cluster = Simulation.of(runs(1)).node("n1").settle().begin("n1");

            cluster.lose("n1");

            assertThat(cluster.entry("n1").history())
                    .extracting(RunResult::outcome)
                    .containsExactly(Outcome.Lost);
            assertThat(cluster.pods()).isEmpty();
        }

        @Test
        void thatNobodyHearsOfIsLostFiveMinutesAfterItsTimeout() {
            Simulation cluster =
                    Simulation.of(runs(1)).node("n1").settle().begin("n1").notReady("n1");

            cluster.pass(3600 + 299).settle();
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Running);
            assertThat(cluster.entry("n1").reason()).isEqualTo("NodeNotReady");
            cluster.pass(1).settle();

            assertThat(cluster.entry("n1").history())
                    .extracting(RunResult::outcome)
                    .containsExactly(Outcome.Lost);
        }
    }

    @Nested
    class Repetition {
        @Test
        void leavesTheLatestRunsWithinTheHistoryLimit() {
            Simulation cluster =
                    Simulation.of(withHistoryLimit(5, 3)).node("n1").settle();

            for (int run = 0; run < 5; run++) {
                cluster.run("n1", 0);
            }

            assertThat(cluster.history("n1")).containsExactly(5, 4, 3);
            assertThat(cluster.says("Complete")).isEqualTo("True/AllSucceeded");
        }

        @Test
        void withoutHistoryLeavesTheCounts() {
            Simulation cluster =
                    Simulation.of(withHistoryLimit(2, 0)).node("n1").settle();

            cluster.run("n1", 1).run("n1", 0);

            assertThat(cluster.history("n1")).isEmpty();
            assertThat(cluster.entry("n1").completedRuns()).isEqualTo(2);
            assertThat(cluster.entry("n1").failedRuns()).isEqualTo(1);
        }

        @Test
        void countsThePeriodFromStartToStart() {
            Simulation cluster =
                    Simulation.of(runsEvery(2, 60)).node("n1").settle().begin("n1");

            cluster.pass(20).end("n1", 0);
            assertThat(cluster.status().nextRunTime()).isEqualTo(Simulation.START.plusSeconds(60));
            assertThat(cluster.pods()).isEmpty();
            cluster.pass(39).settle();
            assertThat(cluster.pods()).isEmpty();
            cluster.pass(1).settle();

            assertThat(cluster.pods()).hasSize(1);
            assertThat(cluster.status().nextRunTime()).isNull();
        }

        @Test
        void followsALongerRunAtOnce() {
            Simulation cluster =
                    Simulation.of(runsEvery(2, 60)).node("n1").settle().begin("n1");

            cluster.pass(900).end("n1", 0);

            assertThat(cluster.pods()).hasSize(1);
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Waiting);
        }

        @Test
        void asksToLookAgainWhenTheNextRunIsDue() {
            Simulation cluster = Simulation.of(runsEvery(2, 60))
                    .node("n1")
                    .settle()
                    .begin("n1")
                    .pass(20)
                    .end("n1", 0);

            Plan plan = Planner.plan(cluster.observe());

            assertThat(plan.lookAgainAfter()).isEqualTo(Duration.ofSeconds(40));
        }

        @Test
        void waitsTheInitialDelayFromWhenANodeFirstMatches() {
            Simulation cluster = Simulation.of(after(30))
                    .node("n1")
                    .settle()
                    .pass(20)
                    .node("n2")
                    .settle();
            assertThat(cluster.pods()).isEmpty();

            cluster.pass(10).settle();
            assertThat(cluster.pods()).extracting(ObservedPod::nodeName).containsExactly("n1");
            cluster.pass(20).settle();

            assertThat(cluster.pods()).extracting(ObservedPod::nodeName).containsExactly("n1", "n2");
        }

        @Test
        void withoutEndIsNeverCompleteAndShowsTheLatestRun() {
            Simulation cluster = Simulation.of(runsEvery(-1, 60)).node("n1").settle();

            cluster.run("n1", 1);
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Failed);
            cluster.pass(60).settle().run("n1", 0);

            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Succeeded);
            assertThat(cluster.entry("n1").completedRuns()).isEqualTo(2);
            assertThat(cluster.says("Complete")).isEqualTo("False/Endless");
            assertThat(cluster.says("Failed")).isEqualTo("False/Endless");
        }

        @Test
        void withoutEndShowsTheLatestRunAlsoWhenTheNextIsDueAtOnce() {
            Simulation cluster = Simulation.of(runs(-1)).node("n1").settle();

            cluster.run("n1", 1);
            assertThat(cluster.pods()).hasSize(1);
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Failed);
            cluster.begin("n1");

            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Running);
        }
    }

    @Nested
    class AnEdit {
        @Test
        void ofTheScriptIsANewRevisionAndCountsBeginAgain() {
            Simulation cluster = Simulation.of(script("a")).node("n1").settle().run("n1", 1);

            cluster.edit(script("b")).settle();
            assertThat(cluster.says("Complete")).isEqualTo("False/Waiting");
            assertThat(cluster.condition("Complete").getObservedGeneration()).isEqualTo(2);
            cluster.run("n1", 0);

            assertThat(cluster.status().revision()).isEqualTo(2);
            assertThat(cluster.entry("n1").completedRuns()).isEqualTo(1);
            assertThat(cluster.entry("n1").failedRuns()).isZero();
            assertThat(cluster.entry("n1").history())
                    .extracting(RunResult::revision)
                    .containsExactly(2, 1);
        }

        @Test
        void andBackRunsThreeRevisions() {
            Simulation cluster = Simulation.of(script("a")).node("n1").settle().run("n1", 0);

            cluster.edit(script("b"))
                    .settle()
                    .run("n1", 0)
                    .edit(script("a"))
                    .settle()
                    .run("n1", 0);

            assertThat(cluster.status().revision()).isEqualTo(3);
            assertThat(cluster.entry("n1").history())
                    .extracting(RunResult::revision)
                    .containsExactly(3, 2, 1);
        }

        @Test
        void whileAScriptRunsWaitsForItAndRecordsItUnderItsOwnRevision() {
            Simulation cluster = Simulation.of(script("a")).node("n1").settle().begin("n1");

            cluster.edit(script("b")).settle();
            assertThat(cluster.pods()).hasSize(1);
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Running);
            cluster.pass(5).end("n1", 4);

            assertThat(cluster.entry("n1").history())
                    .extracting(RunResult::revision)
                    .containsExactly(1);
            assertThat(cluster.entry("n1").completedRuns()).isZero();
            assertThat(cluster.entry("n1").failedRuns()).isZero();
            assertThat(cluster.pod("n1").revision()).isEqualTo(2);
        }

        @Test
        void endsAPodOfTheOldScriptThatIsThereAndNotSeenYet() {
            Simulation cluster = Simulation.of(script("print(1)")).node("n1");
            cluster.hear(true, true, true);
            cluster.step();
            ObservedPod old = cluster.pod("n1");
            cluster.edit(script("print(2)"));
            cluster.hear(true, true, false);

            Plan plan = cluster.step();

            assertThat(plan.unwanted()).extracting(ObservedPod::name).containsExactly(old.name());
            assertThat(plan.starts()).isEmpty();
        }

        @Test
        void endsAPodThatHasNotBegunOnce() {
            Simulation cluster = Simulation.of(script("a")).node("n1").settle();
            cluster.edit(script("b"));
            ObservedPod ending = cluster.pod("n1").with().deleting(true).build();
            cluster.putPod(ending);

            assertThat(cluster.step().unwanted()).isEmpty();
        }

        @Test
        void endsAPodThatHasNotBegunAndThenStartsTheNewScript() {
            Simulation cluster = Simulation.of(script("a")).node("n1").settle().stick("n1", "Unschedulable");
            String old = cluster.pod("n1").name();

            cluster.edit(script("b")).settle();

            assertThat(cluster.pod("n1").name()).isNotEqualTo(old);
            assertThat(cluster.pod("n1").revision()).isEqualTo(2);
        }

        @Test
        void thatMakesNothingDueStaysComplete() {
            Simulation cluster = Simulation.of(withHistoryLimit(2, 3))
                    .node("n1")
                    .settle()
                    .run("n1", 0)
                    .run("n1", 0);

            cluster.edit(withHistoryLimit(2, 1)).settle();

            assertThat(cluster.says("Complete")).isEqualTo("True/AllSucceeded");
            assertThat(cluster.condition("Complete").getObservedGeneration()).isEqualTo(2);
            assertThat(cluster.history("n1")).containsExactly(2);
        }

        @Test
        void thatRaisesTheRunsGoesOn() {
            Simulation cluster =
                    Simulation.of(runs(1)).node("n1").settle().run("n1", 0).pass(5000);

            cluster.edit(runs(2)).settle();
            assertThat(cluster.says("Complete")).isEqualTo("False/Waiting");
            cluster.run("n1", 0);

            assertThat(cluster.history("n1")).containsExactly(2, 1);
        }

        @Test
        void thatLowersTheRunsBelowWhatIsDoneEndsTheNode() {
            Simulation cluster = Simulation.of(runsEvery(5, 60))
                    .node("n1")
                    .settle()
                    .run("n1", 0)
                    .pass(60)
                    .settle();
            cluster.run("n1", 0);

            cluster.edit(runsEvery(1, 60)).settle();

            assertThat(cluster.says("Complete")).isEqualTo("True/AllSucceeded");
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Succeeded);
        }
    }

    @Nested
    class Nodes {
        @Test
        void thatJoinLaterRunTheScriptToo() {
            Simulation cluster = Simulation.of(runs(1)).node("n1").settle().run("n1", 0);

            cluster.node("n2").settle();
            assertThat(cluster.says("Complete")).isEqualTo("False/Waiting");
            cluster.run("n2", 0);

            assertThat(cluster.status().summary()).isEqualTo("2/2 nodes done, 0 failed");
        }

        @Test
        void thatAreNotThereMakeAFiniteRunnerCompleteButNotSucceeded() {
            Simulation cluster = Simulation.of(runs(1)).settle();

            assertThat(cluster.says("Complete")).isEqualTo("True/NoMatchingNodes");
            assertThat(cluster.says("Succeeded")).isEqualTo("False/NoMatchingNodes");
            assertThat(cluster.status().desired()).isZero();
        }

        @Test
        void thatAreNotThereAreSaidOfAnEndlessRunner() {
            Simulation cluster = Simulation.of(runs(-1)).settle();

            assertThat(cluster.says("Complete")).isEqualTo("False/NoMatchingNodes");
        }

        @Test
        void areNotSpokenOfBeforeTheirListHasArrived() {
            Observed observed = Simulation.of(runs(1)).observe();
            Observed early = new Observed(
                    observed.key(), observed.time(), observed.runner(), null, List.of(), Map.of(), null, List.of());

            Plan plan = Planner.plan(early);

            assertThat(plan.isIdle()).isTrue();
            assertThat(plan.status()).isNull();
            assertThat(plan.lookAgainAfter()).isPositive();
        }

        @Test
        void thatNoLongerMatchAreSkippedOnceTheirRunIsRecorded() {
            Map<String, String> matching = Map.of("disk", "ssd");
            Simulation cluster = Simulation.of(onNodesWith("disk", "ssd", 3))
                    .node("n1", matching)
                    .settle()
                    .begin("n1");

            cluster.node("n1", Map.of()).settle();
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Running);
            cluster.pass(1).end("n1", 0);

            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Skipped);
            assertThat(cluster.entry("n1").reason()).isEqualTo("NoLongerSelected");
            assertThat(cluster.says("Complete")).isEqualTo("True/SomeSkipped");
            assertThat(cluster.pods()).isEmpty();
        }

        @Test
        void thatMatchAgainGoOn() {
            Map<String, String> matching = Map.of("disk", "ssd");
            Simulation cluster = Simulation.of(onNodesWith("disk", "ssd", 2))
                    .node("n1", matching)
                    .settle();
            cluster.run("n1", 0).removeUnbegun("n1").node("n1", Map.of()).settle();

            cluster.pass(100).node("n1", matching).settle().run("n1", 0);

            assertThat(cluster.history("n1")).containsExactly(2, 1);
            assertThat(cluster.entry("n1").leftTime()).isNull();
            assertThat(cluster.says("Complete")).isEqualTo("True/AllSucceeded");
        }

        @Test
        void thatLeaveBeforeTheyRanLeaveNothing() {
            Simulation cluster = Simulation.of(runs(1)).node("n1").node("n2").settle();

            cluster.removeNode("n2").settle();

            assertThat(cluster.status().nodes()).extracting(NodeStatus::name).containsExactly("n1");
            assertThat(cluster.pods()).hasSize(1);
        }

        @Test
        void thatGoWhileAScriptRunsLoseItsRun() {
            Simulation cluster = Simulation.of(runs(2)).node("n1").settle().begin("n1");

            cluster.removeNode("n1").settle();

            assertThat(cluster.entry("n1").history())
                    .extracting(RunResult::outcome)
                    .containsExactly(Outcome.Lost);
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Skipped);
            assertThat(cluster.entry("n1").reason()).isEqualTo("NodeGone");
            assertThat(cluster.pods()).isEmpty();
        }

        @Test
        void thatAreRecreatedStartAfreshBeforeTheEntryOfTheOldOne() {
            Simulation cluster = Simulation.of(runs(1)).node("n1").settle().begin("n1");

            cluster.removeNode("n1").node("n1").settle();

            assertThat(cluster.status().nodes())
                    .extracting(NodeStatus::phase)
                    .containsExactly(Phase.Waiting, Phase.Failed);
            assertThat(cluster.status().nodes()).extracting(NodeStatus::name).containsExactly("n1", "n1");
            assertThat(cluster.status().desired()).isEqualTo(2);
        }

        @Test
        void thatAreNotReadyGetNoPodUntilTheyAre() {
            Simulation cluster =
                    Simulation.of(runs(1)).node("n1").notReady("n1").settle();
            assertThat(cluster.pods()).isEmpty();
            assertThat(cluster.entry("n1").reason()).isEqualTo("NodeNotReady");

            cluster.pass(60).node("n1").settle();

            assertThat(cluster.pods()).hasSize(1);
            assertThat(cluster.entry("n1").reason()).isNull();
        }

        @Test
        void areKeptAfterTheyLeftUpToAHundred() {
            Simulation cluster = Simulation.of(runs(1));
            for (int i = 0; i < 102; i++) {
                cluster.node("n%03d".formatted(i));
            }
            cluster.settle();
            for (int i = 0; i < 102; i++) {
                cluster.run("n%03d".formatted(i), 0);
            }

            for (int i = 0; i < 102; i++) {
                cluster.pass(1).removeNode("n%03d".formatted(i)).settle();
            }

            assertThat(cluster.status().nodes()).hasSize(100);
            assertThat(cluster.status().nodes().get(0).name()).isEqualTo("n002");
        }
    }

    @Nested
    class ARunThatCannotStart {
        @Test
        void isGivenUpAfterItsDeadlineAndTheNodeSkipped() {
            Simulation cluster = Simulation.of(runs(1)).node("n1").settle().stick("n1", "Unschedulable");
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Waiting);
            assertThat(cluster.entry("n1").reason()).isEqualTo("Unschedulable");

            cluster.pass(599).settle();
            assertThat(cluster.pods()).hasSize(1);
            cluster.pass(1).settle();

            assertThat(cluster.pods()).isEmpty();
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Skipped);
            assertThat(cluster.entry("n1").reason()).isEqualTo("Unschedulable");
            assertThat(cluster.entry("n1").completedRuns()).isZero();
            assertThat(cluster.says("Complete")).isEqualTo("True/SomeSkipped");
        }

        @Test
        void isTriedAgainUnderANewNameWhenTheNodeChanges() {
            Simulation cluster = Simulation.of(runs(1)).node("n1").settle().stick("n1", "Unschedulable");
            String given = cluster.pod("n1").name();
            cluster.pass(600).settle().pass(10_000).settle();

            cluster.node("n1", Map.of("room", "plenty")).settle();

            assertThat(cluster.pod("n1").name()).isNotEqualTo(given);
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Waiting);
            assertThat(cluster.says("Complete")).isEqualTo("False/Waiting");
        }

        @Test
        void becauseItWasRefusedIsTriedAgainTenSecondsToTenMinutesApart() {
            Simulation cluster = Simulation.of(runs(1)).node("n1").refuse(true).settle();
            assertThat(cluster.entry("n1").reason()).isEqualTo("AdmissionDenied");
            assertThat(cluster.entry("n1").message()).isEqualTo("Nobody may.");
            assertThat(Planner.plan(cluster.observe()).lookAgainAfter()).isEqualTo(Duration.ofSeconds(10));

            cluster.pass(9).settle().refuse(false).settle();
            assertThat(cluster.pods()).isEmpty();
            cluster.pass(1).settle();

            assertThat(cluster.pods()).hasSize(1);
        }

        @Test
        void becauseItWasRefusedIsGivenUpToo() {
            Simulation cluster = Simulation.of(runs(1)).node("n1").refuse(true).settle();

            cluster.pass(600).settle();

            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Skipped);
            assertThat(cluster.entry("n1").reason()).isEqualTo("AdmissionDenied");
        }

        @Test
        void andWhosePodNeverBeganIsTriedAgainTenTimesAndThenRejected() {
            Simulation cluster = Simulation.of(runs(1)).node("n1").settle();
            int pods = 0;

            while (cluster.entry("n1").phase() == Phase.Waiting && pods < 50) {
                cluster.pass(1).reject("n1");
                cluster.node("n1", Map.of("try", String.valueOf(++pods)));
                cluster.pass(600).settle();
                if (cluster.entry("n1").phase() == Phase.Skipped) {
                    cluster.node("n1", Map.of("again", String.valueOf(pods))).settle();
                }
            }

            assertThat(pods).isEqualTo(11);
            assertThat(cluster.entry("n1").history())
                    .extracting(RunResult::outcome)
                    .containsExactly(Outcome.Rejected);
        }

        @Test
        void doesNotHoldUpTheOtherNodes() {
            Simulation cluster =
                    Simulation.of(runs(2)).node("n1").node("n2").settle().stick("n1", "Unschedulable");

            cluster.run("n2", 0).run("n2", 0);

            assertThat(cluster.entry("n2").phase()).isEqualTo(Phase.Succeeded);
            assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Waiting);
        }
    }

    @Nested
    class ADeletedRunner {
        @Test
        void letsGoOfAllItsPodsAndWritesNothing() {
            Simulation cluster =
                    Simulation.of(runs(1)).node("n1").node("n2").settle().begin("n1");

            Plan plan = cluster.delete().step();

            assertThat(plan.status()).isNull();
            assertThat(plan.released()).hasSize(2);
            assertThat(plan.starts()).isEmpty();
        }

        @Test
        void hasScriptsToDeleteAlsoWithoutPods() {
            Simulation cluster = Simulation.of(runs(1));

            Plan plan = cluster.delete().step();

            assertThat(plan.isIdle()).isFalse();
            assertThat(plan.runner()).isNull();
        }
    }

    @Test
    void aPodOfTheRightNameAndAnotherOwnerIsNotTakenForOurs() {
        Simulation cluster = Simulation.of(runs(1)).node("n1").settle();
        ObservedPod ours = cluster.pod("n1");
        cluster.putPod(ours.with()
                .ownerUid("uid-of-another")
                .state(ObservedPod.State.Running)
                .startTime(cluster.now())
                .build());

        cluster.settle();

        assertThat(cluster.entry("n1").phase()).isEqualTo(Phase.Waiting);
    }

    @Test
    void aConditionSaysSinceWhenItIsAsItIs() {
        Simulation cluster = Simulation.of(runs(1)).node("n1").settle();
        String started = cluster.condition("Complete").getLastTransitionTime();

        cluster.run("n1", 0);

        String completed = cluster.condition("Complete").getLastTransitionTime();
        assertThat(completed).isGreaterThan(started);
        assertThat(cluster.condition("Failed").getLastTransitionTime()).isEqualTo(started);
        assertThat(cluster.pass(60)
                        .node("n2", Map.of())
                        .removeNode("n2")
                        .settle()
                        .condition("Complete")
                        .getLastTransitionTime())
                .isEqualTo(completed);
    }

    @Test
    void aLargeStatusWaitsForFiveSecondsUnlessItIsTheLast() {
        Simulation cluster = Simulation.of(runs(1));
        for (int i = 0; i < 600; i++) {
            cluster.node("a-node-with-quite-a-long-name-" + i);
        }
        cluster.settle();
        List<ObservedPod> pods = cluster.pods();
        pods.forEach(pod -> cluster.become(pod, ObservedPod.State.Running));
        cluster.pass(10).step();
        pods = cluster.pods();

        pods.subList(0, 599).forEach(pod -> cluster.become(pod, ObservedPod.State.Ended));
        Plan early = cluster.pass(1).step();
        cluster.become(pods.get(599), ObservedPod.State.Ended);
        Plan last = cluster.step();

        assertThat(early.status()).isNull();
        assertThat(early.lookAgainAfter()).isEqualTo(Duration.ofSeconds(4));
        assertThat(last.status().isComplete()).isTrue();
    }

    @Test
    void whatWasLeftOutOnceIsSaidUntilThereIsAnotherRevision() {
        Simulation cluster = Simulation.of(runs(2)).node("n1").settle();
        Observed observed = cluster.observe();
        ObjectNode status = JSON.valueToTree(cluster.status());
        observed.runner().setStatus(JSON.convertValue(status.put("trimmed", true), ScriptRunnerStatus.class));

        Plan same = Planner.plan(observed);
        observed.runner().setSpec(script("print(2)"));
        Plan another = Planner.plan(observed);

        assertThat(same.status().trimmed()).isTrue();
        assertThat(another.status().trimmed()).isNull();
    }

    @Test
    void planningTwiceGivesTheSame() {
        Simulation cluster =
                Simulation.of(runsEvery(3, 60)).node("n1").node("n2").settle().begin("n1");

        Observed observed = cluster.observe();

        assertThat(Planner.plan(observed)).isEqualTo(Planner.plan(observed));
    }

    private static ObservedPod ended(ObservedPod pod) {
        return pod.with()
                .state(ObservedPod.State.Ended)
                .finishTime(pod.startTime())
                .exitCode(0)
                .build();
    }
}
