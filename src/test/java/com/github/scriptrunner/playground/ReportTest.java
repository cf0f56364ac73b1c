package com.github.scriptrunner.playground;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.ScriptRunner;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import org.junit.jupiter.api.Test;

class ReportTest {
    private static ScriptRunner runner(String nodes) {
        return new KubernetesSerialization().unmarshal("""
                apiVersion: scriptrunner.github.com/v1alpha1
                kind: ScriptRunner
                metadata: {name: hello, namespace: default, uid: u, generation: 1}
                status:
                  summary: 3/3 nodes done, 1 failed
                  nodes:
                """ + nodes.indent(2), ScriptRunner.class);
    }

    @Test
    void everyNodeIsNamedWithWhatItSaid() {
        ScriptRunner runner = runner("""
                - name: node-1
                  phase: Failed
                  history: [{run: 1, revision: 1, outcome: Failed, exitCode: 3, stdout: "a\\nb\\n", stderr: "oops"}]
                - {name: node-2, phase: Skipped, reason: NodeNotReady, message: the node is not ready}
                - name: node-3
                  phase: Waiting
                  history: [{run: 1, revision: 1, outcome: SetupFailed, stderr: "no such package\\n"}]
                """);

        String report = Report.of(runner);

        assertThat(report).isEqualTo("""
                hello on node-1: Failed, exit code 3
                  stdout | a
                  stdout | b
                  stderr | oops
                hello on node-2: Skipped, NodeNotReady: the node is not ready
                hello on node-3: Waiting, latest run SetupFailed
                  stderr | no such package
                hello: 3/3 nodes done, 1 failed""");
    }

    @Test
    void nodesThatSaidTheSameAreNamedTogether() {
        ScriptRunner runner = runner("""
                - {name: n1, phase: Succeeded, history: [{run: 1, outcome: Succeeded, exitCode: 0, stdout: "ok"}]}
                - {name: n2, phase: Succeeded, history: [{run: 1, outcome: Succeeded, exitCode: 0, stdout: "no"}]}
                - {name: n3, phase: Succeeded, history: [{run: 1, outcome: Succeeded, exitCode: 0, stdout: "ok"}]}
                """);

        String report = Report.of(runner);

        assertThat(report).startsWith("""
                hello on n1, n3: Succeeded, exit code 0
                  stdout | ok
                hello on n2: Succeeded, exit code 0
                  stdout | no
                """);
    }

    @Test
    void aTerminalIsToldNothingByAScript() {
        String escaped = NodeText.escaped("\u001b[2J\u0007 a\tb\r\nä 😀\u009b31m\u007f");

        assertThat(escaped).isEqualTo("\\x1b[2J\\x07 a\tb\\r\nä 😀\\x9b31m\\x7f");
    }
}
