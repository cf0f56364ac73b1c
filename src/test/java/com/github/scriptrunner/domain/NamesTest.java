package com.github.scriptrunner.domain;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.Mode;
import com.github.scriptrunner.api.ScriptRunner;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class NamesTest {
    @ParameterizedTest
    @ValueSource(strings = {"a", "hello", "ends.at.forty.where.a.dot.stands.so-----.far", "x.y"})
    void aPodNameIsAHostNameWhateverTheRunnerIsCalled(String name) {
        String pod = Names.withMode(Names.ofPod(runner(name, "uid"), "node", "", 1, 1, 1), Mode.PrivilegedWithHostFS);

        assertThat(pod)
                .hasSizeLessThanOrEqualTo(63)
                .matches("[a-z0-9]([-a-z0-9.]*[a-z0-9])?")
                .doesNotContain(".-");
    }

    @Test
    void runnersWhoseLongNamesBeginAlikeShareNoName() {
        String long1 = "a".repeat(252) + "1";
        String long2 = "a".repeat(252) + "2";

        assertThat(Names.ofPod(runner(long1, "uid1"), "node", "", 1, 1, 1))
                .isNotEqualTo(Names.ofPod(runner(long2, "uid2"), "node", "", 1, 1, 1));
        assertThat(Names.ofScript(runner(long1, "uid1"), 1)).isNotEqualTo(Names.ofScript(runner(long2, "uid2"), 1));
    }

    @Test
    void everyPartCounts() {
        ScriptRunner runner = runner("hello", "uid");

        assertThat(Names.ofPod(runner, "node", "", 1, 1, 1))
                .isNotIn(
                        Names.ofPod(runner("hello", "other"), "node", "", 1, 1, 1),
                        Names.ofPod(runner, "other", "", 1, 1, 1),
                        Names.ofPod(runner, "node", "2026", 1, 1, 1),
                        Names.ofPod(runner, "node", "", 2, 1, 1),
                        Names.ofPod(runner, "node", "", 1, 2, 1),
                        Names.ofPod(runner, "node", "", 1, 1, 2))
                .isEqualTo(Names.ofPod(runner, "node", "", 1, 1, 1));
    }

    private static ScriptRunner runner(String name, String uid) {
        ScriptRunner runner = new ScriptRunner();
        runner.setMetadata(new ObjectMetaBuilder().withName(name).withUid(uid).build());
        return runner;
    }
}
