package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.Phase;
import com.github.scriptrunner.api.RunResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** With packages that pip finds in files of this machine, so that no network is needed. */
@BehaviourTest
@Tag("playground")
class PackagesAreInstalledFirstTest {
    @TempDir
    private Path directory;

    @Test
    void aScriptImportsWhatPipInstalled(TestNamespace namespace) throws IOException {
        Path wheel = wheel(directory.resolve("greeting-1.0-py3-none-any.whl"));
        Runner runner = namespace.create(Map.of(
                "script",
                "import greeting; print(greeting.TEXT)",
                "nodeSelector",
                ON_ONE_NODE,
                "packages",
                Map.of("pip", List.of("greeting @ " + wheel.toUri()))));

        RunResult result = latest(node(runner.awaitComplete(), NODE_1));

        assertThat(result.stderr()).isNull();
        assertThat(result.stdout()).isEqualTo("hello from a package\n");
        assertThat(result.outcome()).isEqualTo(Outcome.Succeeded);
    }

    @Test
    void aPipPackageThatDoesNotExistFailsTheSetupAndTheScriptNeverRuns(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of(
                "script",
                "print('never')",
                "nodeSelector",
                ON_ONE_NODE,
                "packages",
                Map.of(
                        "pip",
                        List.of("nothing @ "
                                + directory
                                        .resolve("nothing-1.0-py3-none-any.whl")
                                        .toUri()))));

        NodeStatus node = node(runner.awaitComplete(), NODE_1);

        assertThat(node.phase()).isEqualTo(Phase.Failed);
        assertThat(node.completedRuns()).isEqualTo(1);
        assertThat(latest(node).outcome()).isEqualTo(Outcome.SetupFailed);
        assertThat(latest(node).exitCode()).isNull();
        assertThat(latest(node).stdout()).isNull();
        assertThat(latest(node).stderr())
                .contains(
                        "nothing-1.0-py3-none-any.whl",
                        "pip could not install the packages: it ended with exit code 1.");
    }

    @Test
    void aDnfPackageThatDoesNotExistFailsTheSetupToo(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of(
                "script",
                "print('never')",
                "nodeSelector",
                ON_ONE_NODE,
                "packages",
                Map.of("dnf", List.of("no-package-has-this-name"))));

        NodeStatus node = node(runner.awaitComplete(), NODE_1);

        assertThat(latest(node).outcome()).isEqualTo(Outcome.SetupFailed);
        assertThat(latest(node).stderr()).contains("dnf");
        assertThat(latest(node).stdout()).isNull();
    }

    @Test
    void changedPackagesAreANewRevision(TestNamespace namespace) throws IOException {
        Path wheel = wheel(directory.resolve("greeting-1.0-py3-none-any.whl"));
        Runner runner = namespace.create(
                Map.of("script", "import greeting; print(greeting.TEXT)", "nodeSelector", ON_ONE_NODE));
        assertThat(latest(node(runner.awaitComplete(), NODE_1)).stderr()).contains("ModuleNotFoundError");

        runner.edit(Map.of("packages", Map.of("pip", List.of("greeting @ " + wheel.toUri()))));

        RunResult result = latest(node(runner.awaitComplete(), NODE_1));
        assertThat(result.revision()).isEqualTo(2);
        assertThat(result.stdout()).isEqualTo("hello from a package\n");
    }

    /** The least that pip takes. */
    private static Path wheel(Path file) throws IOException {
        try (ZipOutputStream zip = new ZipOutputStream(Files.newOutputStream(file))) {
            for (Map.Entry<String, String> entry : Map.of(
                            "greeting.py",
                            "TEXT = 'hello from a package'\n",
                            "greeting-1.0.dist-info/METADATA",
                            "Metadata-Version: 2.1\nName: greeting\nVersion: 1.0\n",
                            "greeting-1.0.dist-info/WHEEL",
                            "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
                            "greeting-1.0.dist-info/RECORD",
                            "greeting.py,,\n")
                    .entrySet()) {
                zip.putNextEntry(new ZipEntry(entry.getKey()));
                zip.write(entry.getValue().getBytes(StandardCharsets.UTF_8));
            }
        }
        return file;
    }
}
