package com.github.scriptrunner.e2e;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.behaviour.BehaviourTest;
import com.github.scriptrunner.behaviour.Gate;
import com.github.scriptrunner.behaviour.Runner;
import com.github.scriptrunner.behaviour.TestNamespace;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@BehaviourTest
@Tag("cluster")
class EachModeTest {
    /** Says what it is, as a row of the table in docs/security.md. */
    private static final String WHO_AM_I = """
            import os
            status = dict(line.split(":\\t") for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
            mounts = [line.split() for line in open("/proc/self/mountinfo")]
            capabilities = int(status["CapEff"], 16)
            names = {0: "none", 0xA80425FB: "14, the runtime's default"}
            admin = capabilities >> 21 & 1
            own = sorted({f"`{mount[4]}`" for mount in mounts if mount[4] in ("/tmp", "/host") or mount[4].startswith("/scriptrunner")})
            root = next(mount[5].split(",")[0] for mount in mounts if mount[4] == "/")
            kubelets = [pid for pid in (os.listdir("/host/proc") if os.path.isdir("/host/proc") else []) if pid.isdigit()
                        and open(f"/host/proc/{pid}/comm").read() == "kubelet\\n"]
            print("",
                  f"{os.getuid()}:{os.getgid()}",
                  "all of the runtime's" if admin else names.get(capabilities, status["CapEff"]),
                  {"0": "yes", "1": "no"}[status["NoNewPrivs"].strip()],
                  {"0": "none", "2": "filter"}[status["Seccomp"].strip()],
                  {"ro": "read-only", "rw": "writable"}[root],
                  ", ".join(own),
                  "yes" if kubelets else "no",
                  sep=" | ")
            """;

    @ParameterizedTest
    @CsvSource({
        "Normal, , restricted",
        "Normal, greeter, baseline",
        "Privileged, , privileged",
        "PrivilegedWithHostFS, , privileged"
    })
    void isWhatTheTableSaysAndIsAdmittedByItsPodSecurityLevel(
            String mode, String dnf, String level, TestNamespace namespace) throws Exception {
        Runner runner = createWhereEnforced(level, WHO_AM_I, mode, dnf, namespace);

        String row = latest(node(runner.awaitComplete(), NODE_1)).stdout();

        String title = "| `%s`%s | `%s`".formatted(mode, dnf == null ? "" : " with `packages.dnf`", level);
        assertThat(Files.readString(Path.of("docs/security.md"))).contains(title + row.stripTrailing() + " |");
    }

    @ParameterizedTest
    @CsvSource({"Normal, greeter, restricted", "Privileged, , baseline"})
    void isRefusedByAStricterLevelWithItsSentence(String mode, String dnf, String level, TestNamespace namespace) {
        Runner runner = createWhereEnforced(level, "print(1)", mode, dnf, namespace);

        NodeStatus held =
                runner.awaitNode(NODE_1, now -> assertThat(now.reason()).isNotNull());

        assertThat(held.phase()).isEqualTo(Phase.Waiting);
        assertThat(held.reason()).isEqualTo("AdmissionDenied");
        assertThat(held.message()).contains("violates PodSecurity \"" + level + ":latest\"");
        assertThat(runner.pods()).isEmpty();
    }

    private static Runner createWhereEnforced(
            String level, String script, String mode, String dnf, TestNamespace namespace) {
        Shell.kubectl("label", "namespace", namespace.name(), "pod-security.kubernetes.io/enforce=" + level)
                .succeeds();
        return namespace.create(Map.of(
                "script",
                script,
                "mode",
                mode,
                "nodeSelector",
                ON_ONE_NODE,
                "packages",
                Map.of("dnf", dnf == null ? List.of() : List.of(dnf))));
    }

    @Test
    @EnabledIfEnvironmentVariable(
            named = Shell.KIT,
            matches = ".+",
            disabledReason = "E2E_KIT names no commands for nodes")
    void hostFsReadsAndWritesFilesOfTheNode(TestNamespace namespace) {
        String file = "/root/" + namespace.name();
        Shell.node("exec", NODE_1, "sh", "-c", "echo from the node >" + file);

        Runner runner = namespace.create(Map.of(
                "script",
                "f = open('/host%s', 'r+'); print(f.read(), end=''); f.write('from a script\\n')".formatted(file),
                "mode",
                "PrivilegedWithHostFS",
                "nodeSelector",
                ON_ONE_NODE));

        assertThat(latest(node(runner.awaitComplete(), NODE_1)).stdout()).isEqualTo("from the node\n");
        assertThat(Shell.node("exec", NODE_1, "cat", file).output()).isEqualTo("from the node\nfrom a script\n");
    }

    /** 60 kB is what a busy node's process listing takes. */
    @Test
    void aLongListingIsCutAndSaysSo(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of(
                "script",
                "for pid in range(1000): print(f'{pid:5} /usr/bin/a-process-with-some-arguments --of={pid * 7919 % 1000:08}')",
                "nodeSelector",
                ON_ONE_NODE));

        var result = latest(node(runner.awaitComplete(), NODE_1));

        assertThat(result.truncated()).isTrue();
        assertThat(result.stdoutBytes()).isEqualTo(59_000);
        assertThat(result.stdout())
                .startsWith("    0 /usr/bin/a-process")
                .contains(" bytes left out ...]")
                .endsWith("  999 /usr/bin/a-process-with-some-arguments --of=00000081\n");
    }

    @Test
    void aPrivilegedPodSaysSoInItsNameAndNoPodHasAToken(TestNamespace namespace) {
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(
                    Map.of("script", gate.script(), "mode", "Privileged", "nodeSelector", ON_ONE_NODE));

            var pod = runner.awaitRunningPod();

            assertThat(pod.getMetadata().getName()).endsWith("-privileged");
            assertThat(pod.getSpec().getVolumes()).noneMatch(volume -> volume.getProjected() != null);
        }
    }
}
