package com.github.scriptrunner.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.Mode;
import com.github.scriptrunner.api.Packages;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerSpec;
import com.github.scriptrunner.domain.PodToStart;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class PodTemplateTest {
    @ParameterizedTest
    @CsvSource({"Normal,", "Normal, lsof", "Privileged, lsof", "PrivilegedWithHostFS,"})
    void aPodIsExactlyWhatItsGoldenFileSays(Mode mode, String dnf) throws IOException {
        ScriptRunner runner = new ScriptRunner();
        runner.setMetadata(new ObjectMetaBuilder()
                .withNamespace("ops")
                .withName("hello")
                .withUid("u1")
                .build());
        runner.setSpec(new ScriptRunnerSpec(
                "print('{{x}} $HOME')",
                null,
                mode,
                null,
                null,
                null,
                null,
                new Packages(dnf == null ? List.of() : List.of(dnf), List.of("psutil==6.1.0", "requests[socks]>=2"))));

        Pod pod = new PodTemplate("runner:1")
                .podOf(new PodToStart(runner, "hello-1", "n1.example.com", "0123456789", 2, 7));

        assertThat(Serialization.asYaml(pod))
                .isEqualTo(golden("pod-" + mode + (dnf == null ? "" : "-with-dnf") + ".yaml"));
    }

    private static String golden(String name) throws IOException {
        try (InputStream stream = PodTemplateTest.class.getResourceAsStream(name)) {
            return stream == null ? name + " is missing" : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        }
    }
}
