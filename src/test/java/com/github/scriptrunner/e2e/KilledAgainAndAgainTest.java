package com.github.scriptrunner.e2e;

import static com.github.scriptrunner.behaviour.Runner.runs;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import com.github.scriptrunner.behaviour.Runner;
import com.github.scriptrunner.behaviour.SharedCluster;
import com.github.scriptrunner.behaviour.TestNamespace;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.IntStream;
import org.awaitility.Awaitility;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Isolated;

/** Every run of a script is recorded once, whatever is killed meanwhile. */
@ExtendWith(SharedCluster.class)
@Isolated
@Tag("cluster")
@Timeout(900)
@EnabledIfEnvironmentVariable(named = Shell.KIT, matches = ".+", disabledReason = "E2E_KIT names no commands for nodes")
class KilledAgainAndAgainTest {
    private static final int TIMES = Integer.parseInt(System.getenv().getOrDefault("E2E_KILLS", "20"));

    /** Endless until the killing is over; what it prints tells each start of a script from any other. */
    private static Map<String, Object> script() {
        return Map.of(
                "script", "import time, uuid; print(uuid.uuid4()); time.sleep(1)", "runs", -1, "historyLimit", 100);
    }

    @Test
    void theOperator(TestNamespace namespace) {
        Runner runner = namespace.create(script());
        for (int time = 0; time < TIMES; time++) {
            awaitProgress(runner);
            killOperator(namespace.client());
        }

        assertEachRunStandsOnce(runner);
    }

    @Test
    void theApiServer(TestNamespace namespace) throws Exception {
        Runner runner = namespace.create(script());
        for (int time = 0; time < TIMES; time++) {
            awaitProgress(runner);
            killApiServer();
        }

        assertEachRunStandsOnce(runner);
    }

    /** Until something was recorded, or for a while: kubelets take up to a minute to come back to an API server that was away. */
    private static void awaitProgress(Runner runner) {
        int before = completed(runner);
        Instant enough = Instant.now().plusSeconds(15);
        Awaitility.await()
                .atMost(Runner.PATIENCE)
                .ignoreExceptions()
                .until(() -> completed(runner) > before || Instant.now().isAfter(enough));
    }

    private static int completed(Runner runner) {
        return runner.status().nodes().stream()
                .mapToInt(node -> node.completed())
                .sum();
    }

    /** By SIGKILL; then its pod goes, for kubelet would wait longer each time before it starts the container again. */
    private static void killOperator(KubernetesClient client) {
        for (var pod : client.pods()
                .inNamespace("scriptrunner-system")
                .withLabel("app.kubernetes.io/name", "scriptrunner-operator")
                .list()
                .getItems()) {
            Shell.run(
                    List.of(
                            System.getenv(Shell.KIT) + "/node",
                            "exec",
                            pod.getSpec().getNodeName(),
                            "pkill",
                            "-KILL",
                            "-f",
                            "scriptrunner-operator[.]jar"),
                    "");
            client.resource(pod).withGracePeriod(0).delete();
        }
    }

    private static void killApiServer() throws Exception {
        Path pid = Path.of(System.getenv()
                        .getOrDefault("CLUSTER_HOME", System.getProperty("user.home") + "/.cache/test-cluster"))
                .resolve("run/pids/kube-apiserver");
        ProcessHandle server = ProcessHandle.of(
                        Long.parseLong(Files.readString(pid).replaceFirst("(?s)\\s.*", "")))
                .orElseThrow();
        server.destroyForcibly();
        // one that is still ending would not be started again
        server.onExit().get();
        // it waits for the nodes too, and kubelets come back in their own time
        Awaitility.await()
                .atMost(Runner.PATIENCE.multipliedBy(2))
                .untilAsserted(() -> Shell.run(List.of(System.getenv(Shell.KIT) + "/up", "0"), "")
                        .succeeds());
    }

    private static void assertEachRunStandsOnce(Runner runner) {
        int done = completed(runner);
        runner.edit(Map.of("runs", Math.max(1, done)));
        ScriptRunnerStatus last = runner.await(status -> {
            assertThat(status.nodes()).allSatisfy(node -> {
                assertThat(node.phase()).isNotEqualTo(Phase.Running);
                assertThat(node.completed()).isPositive();
            });
        });
        assertThat(last.nodes()).hasSize(3).allSatisfy(node -> {
            int newest = node.history().get(0).run();
            assertThat(runs(node))
                    .isEqualTo(IntStream.iterate(newest, run -> run > 0, run -> run - 1)
                            .limit(100)
                            .boxed()
                            .toList());
            assertThat(node.history()).allSatisfy(run -> {
                if (run.outcome() == Outcome.Lost) {
                    assertThat(run.stderr()).isNotBlank();
                } else {
                    assertThat(run.outcome()).isEqualTo(Outcome.Succeeded);
                }
            });
            List<String> said = new ArrayList<>();
            node.history().stream().filter(run -> run.stdout() != null).forEach(run -> said.add(run.stdout()));
            Set<String> different = new HashSet<>(said);
            assertThat(said).hasSameSizeAs(different);
        });
        runner.delete();
        Awaitility.await()
                .atMost(Duration.ofMinutes(2))
                .until(() -> runner.pods().isEmpty());
    }
}
