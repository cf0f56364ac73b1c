package com.github.scriptrunner.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.domain.Names;
import com.github.scriptrunner.domain.PodToStart;
import com.github.scriptrunner.playground.apiserver.ApiServer;
import com.github.scriptrunner.playground.node.PodLogs;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ScriptsTest {
    /** The server does not know the kind, and so leaves what belongs to it alone. */
    @Test
    void allOfARunnerThatIsGoneAreDeletedAndNobodyElses(@TempDir Path directory) throws Exception {
        String longest = "a".repeat(253);
        try (ApiServer api = ApiServer.start(directory, new PodLogs());
                KubernetesClient client = api.newClient()) {
            Scripts scripts = new Scripts(client, InstantSource.system());
            scripts.provide(ofRunner(longest));
            scripts.provide(ofRunner(longest.substring(1)));
            client.resource(new ConfigMapBuilder()
                            .withNewMetadata()
                            .withNamespace("default")
                            .withName("of-somebody")
                            .endMetadata()
                            .build())
                    .create();

            scripts.deleteAll("default/" + longest);

            List<String> left = client.configMaps().inNamespace("default").list().getItems().stream()
                    .map(map -> map.getMetadata().getName())
                    .toList();
            assertThat(left)
                    .filteredOn(name -> name.contains("-script-"))
                    .containsExactly(ofScriptOf(longest.substring(1)));
            assertThat(left).contains("of-somebody");
        }
    }

    private static String ofScriptOf(String runner) {
        return Names.ofScript(ofRunner(runner).runner(), 1);
    }

    private static PodToStart ofRunner(String name) {
        ScriptRunner runner = Serialization.unmarshal("""
                apiVersion: scriptrunner.github.com/v1alpha1
                kind: ScriptRunner
                metadata: {namespace: default, name: %1$s, uid: uid-of-%2$d}
                spec: {script: print(1)}
                """.formatted(name, name.length()), ScriptRunner.class);
        return new PodToStart(runner, "a-pod", "n1", "id-of-n1", 1, 1);
    }
}
