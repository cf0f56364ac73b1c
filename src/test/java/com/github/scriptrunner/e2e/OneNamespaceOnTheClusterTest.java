package com.github.scriptrunner.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.behaviour.Runner;
import com.github.scriptrunner.behaviour.SharedCluster;
import com.github.scriptrunner.behaviour.TestNamespace;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The operator of one namespace, as its overlay makes it. */
@ExtendWith(SharedCluster.class)
@Isolated
@Tag("cluster")
@Timeout(300)
class OneNamespaceOnTheClusterTest {
    private static final String OVERLAY = "manifests/overlays/one-namespace";

    @TempDir
    private Path folder;

    @Test
    void itRunsWhatIsThereAndItsRightsEndThere(TestNamespace namespace) throws IOException {
        try (TestNamespace other = TestNamespace.create(namespace.client());
                Overlay overlay = Overlay.in(folder)) {
            overlay.replace(OVERLAY + "/namespace.yaml", "name: scripts", "name: " + namespace.name());
            overlay.replace(OVERLAY + "/kustomization.yaml", "name: scripts", "name: " + namespace.name());
            Shell.kubectl("delete", "clusterrolebinding,clusterrole", "scriptrunner-operator")
                    .succeeds();

            overlay.apply(OVERLAY);

            Overlay.awaitOperator();
            Runner elsewhere = other.create(Map.of("script", "print('never')"));
            namespace.create(Map.of("script", "print(1)")).awaitComplete();
            assertThat(elsewhere.resource().get().getStatus()).isNull();
            assertThat(mayCreatePods(namespace)).isEqualTo("yes");
            assertThat(mayCreatePods(other)).isEqualTo("no");
        }
    }

    private static String mayCreatePods(TestNamespace namespace) {
        return Shell.kubectl(
                        "auth",
                        "can-i",
                        "create",
                        "pods",
                        "--namespace",
                        namespace.name(),
                        "--as=system:serviceaccount:scriptrunner-system:scriptrunner-operator")
                .output()
                .strip();
    }
}
