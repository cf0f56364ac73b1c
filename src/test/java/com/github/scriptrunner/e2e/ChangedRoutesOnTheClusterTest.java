package com.github.scriptrunner.e2e;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.behaviour.Runner;
import com.github.scriptrunner.behaviour.SharedCluster;
import com.github.scriptrunner.behaviour.TestNamespace;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** Routes in a ConfigMap, brought into the cluster as docs/routes.md says. */
@ExtendWith(SharedCluster.class)
@Isolated
@Tag("cluster")
@Timeout(300)
class ChangedRoutesOnTheClusterTest {
    private static final String OVERLAY = "manifests/overlays/routes";

    @TempDir
    private Path folder;

    @Test
    void changeWhatHappensAndAMistakeInThemReplacesNoPodThatWorks(TestNamespace namespace) throws IOException {
        String redacting = Files.readString(Path.of("examples/routes/redact-output/collect-results.yaml"));
        try (Overlay overlay = Overlay.in(folder)) {
            overlay.replace(OVERLAY + "/kustomization.yaml", "files: []", "files: [mine/collect-results.yaml]");
            overlay.write(OVERLAY + "/mine/collect-results.yaml", redacting);
            overlay.apply(OVERLAY);
            Overlay.awaitOperator();
            assertThat(said(namespace, "redacted")).isEqualTo("done\n");

            overlay.replace(OVERLAY + "/mine/collect-results.yaml", "direct:read-result", "direct:red-result");
            overlay.apply(OVERLAY);

            await().atMost(Runner.PATIENCE)
                    .untilAsserted(() -> assertThat(terminationMessages())
                            .contains("collect-results.yaml:19: no route begins with direct:red-result"));
            assertThat(said(namespace, "redacted-all-the-same")).isEqualTo("done\n");
            assertThat(Shell.kubectl(
                                    "get",
                                    "deployment/scriptrunner-operator",
                                    "-n",
                                    "scriptrunner-system",
                                    "-o",
                                    "jsonpath={.status.availableReplicas}")
                            .output())
                    .isEqualTo("1");
        }
    }

    private static String said(TestNamespace namespace, String name) {
        Runner runner = namespace.create(
                name, Map.of("script", "print('the password is 1')\nprint('done')", "nodeSelector", ON_ONE_NODE));
        return latest(node(runner.awaitComplete(), NODE_1)).stdout();
    }

    private static String terminationMessages() {
        return Shell.kubectl(
                        "get",
                        "pods",
                        "-n",
                        "scriptrunner-system",
                        "-o",
                        "jsonpath={.items[*].status.containerStatuses[*]['state','lastState'].terminated.message}")
                .output();
    }
}
