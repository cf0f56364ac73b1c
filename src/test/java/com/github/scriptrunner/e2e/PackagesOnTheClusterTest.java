package com.github.scriptrunner.e2e;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_2;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_3;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import com.github.scriptrunner.behaviour.BehaviourTest;
import com.github.scriptrunner.behaviour.TestNamespace;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;

@BehaviourTest
@Tag("cluster")
@EnabledIfEnvironmentVariable(
        named = "E2E_PACKAGES",
        matches = ".+",
        disabledReason = "E2E_PACKAGES does not say that the runner's image is that of e2e/packages")
class PackagesOnTheClusterTest {
    private static RunResult run(TestNamespace namespace, String script, Map<String, List<String>> packages) {
        return latest(node(
                namespace
                        .create(Map.of("script", script, "nodeSelector", ON_ONE_NODE, "packages", packages))
                        .awaitComplete(),
                NODE_1));
    }

    @Test
    void aScriptExecutesWhatDnfInstalled(TestNamespace namespace) {
        RunResult result = run(
                namespace,
                "import subprocess; subprocess.run(['greeter'], check=True)",
                Map.of("dnf", List.of("greeter")));

        assertThat(result.stdout()).as(result.stderr()).isEqualTo("hello from an rpm\n");
    }

    @Test
    void aScriptImportsWhatPipInstalledAlsoWithARootFileSystemThatItCannotWriteTo(TestNamespace namespace) {
        RunResult result =
                run(namespace, "import greeting; print(greeting.TEXT)", Map.of("pip", List.of("greeting==1.0")));

        assertThat(result.stdout()).as(result.stderr()).isEqualTo("hello from a wheel\n");
    }

    @Test
    void dnfSaysThatThereIsNoSuchPackage(TestNamespace namespace) {
        RunResult result = run(namespace, "print('never')", Map.of("dnf", List.of("no-such-package")));

        assertThat(result.outcome()).isEqualTo(Outcome.SetupFailed);
        assertThat(result.stderr())
                .contains("Unable to find a match: no-such-package")
                .endsWith("dnf could not install the packages: it ended with exit code 1.\n");
        assertThat(result.stdout()).isNull();
    }

    @Test
    void pipSaysThatThereIsNoSuchPackage(TestNamespace namespace) {
        RunResult result = run(namespace, "print('never')", Map.of("pip", List.of("no-such-package")));

        assertThat(result.outcome()).isEqualTo(Outcome.SetupFailed);
        assertThat(result.stderr())
                .contains("No matching distribution found for no-such-package")
                .endsWith("pip could not install the packages: it ended with exit code 1.\n");
    }

    @Test
    void aPackageThatIsOnOneNodeAloneFailsOnTheOthers(TestNamespace namespace) {
        String wheel = "greeting-1.0-py3-none-any.whl";
        namespace
                .create(
                        "bring",
                        Map.of(
                                "script",
                                "import shutil; shutil.copy('/packages/wheels/%1$s', '/host/tmp/%1$s')"
                                        .formatted(wheel),
                                "mode",
                                "PrivilegedWithHostFS",
                                "nodeSelector",
                                ON_ONE_NODE))
                .awaitComplete();

        ScriptRunnerStatus status = namespace
                .create(Map.of(
                        "script", "import greeting; print(greeting.TEXT)",
                        "mode", "PrivilegedWithHostFS",
                        "packages", Map.of("pip", List.of("greeting @ file:///host/tmp/" + wheel))))
                .awaitComplete();

        assertThat(latest(node(status, NODE_1)).stdout()).isEqualTo("hello from a wheel\n");
        assertThat(List.of(NODE_2, NODE_3)).allSatisfy(name -> {
            assertThat(latest(node(status, name)).outcome()).isEqualTo(Outcome.SetupFailed);
            assertThat(latest(node(status, name)).stderr()).contains("No such file or directory", wheel);
        });
    }
}
