package com.github.scriptrunner.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.github.scriptrunner.api.Mode;
import com.github.scriptrunner.api.Packages;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerSpec;
import com.github.scriptrunner.domain.PodToStart;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class PodsTest {
    private static final InstantSource CLOCK = InstantSource.system();

    @ParameterizedTest
    @EnumSource(names = {"Privileged", "PrivilegedWithHostFS"})
    void aPrivilegedModeIsRefusedInASentenceAndNothingIsAskedOfTheCluster(Mode mode) {
        ScriptRunner runner = new ScriptRunner();
        runner.setMetadata(
                new ObjectMetaBuilder().withNamespace("ops").withName("hello").build());
        Packages none = new Packages(List.of(), List.of());
        runner.setSpec(new ScriptRunnerSpec("print(1)", null, mode, null, null, null, null, none));
        PodToStart start = new PodToStart(runner, "hello-1", "n1", "0123456789", 1, 1);
        Setbacks setbacks = new Setbacks(CLOCK);
        Pods pods = new Pods(null, "runner:1", false, new Scripts(null, CLOCK), setbacks);

        KubernetesClientException refusal =
                catchThrowableOfType(KubernetesClientException.class, () -> pods.create(start));

        setbacks.note(start, refusal);
        assertThat(setbacks.of("ops/hello")).hasEntrySatisfying("hello-1", setback -> {
            assertThat(setback.reason()).isEqualTo("AdmissionDenied");
            assertThat(setback.message())
                    .startsWith("The pod could not be created: mode " + mode + " is refused by this operator")
                    .contains("SCRIPTRUNNER_PRIVILEGED_MODES");
        });
    }
}
