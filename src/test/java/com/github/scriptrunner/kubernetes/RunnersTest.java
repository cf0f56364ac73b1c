package com.github.scriptrunner.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.domain.Observed;
import com.github.scriptrunner.domain.ObservedPod;
import com.github.scriptrunner.domain.PodToStart;
import com.github.scriptrunner.playground.apiserver.ApiServer;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Instant;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RunnersTest {
    private static final InstantSource CLOCK = InstantSource.fixed(Instant.parse("2026-01-01T00:00:10Z"));

    /** A list of pods can be older than the status. */
    @Test
    void aPodThatWasSeenAndIsNotKnownIsAskedFor(@TempDir Path directory) throws Exception {
        ScriptRunner runner = Serialization.unmarshal("""
                apiVersion: scriptrunner.github.com/v1alpha1
                kind: ScriptRunner
                metadata: {namespace: default, name: hello, uid: uid-of-hello}
                spec: {script: print(1)}
                status:
                  revision: 1
                  nodes:
                  - name: n1
                    nodeId: id-of-n1
                    phase: Running
                    current: {podName: hello-1, pods: 1, startTime: "2026-01-01T00:00:00Z"}
                """, ScriptRunner.class);
        Pod pod = new PodTemplate("image").podOf(new PodToStart(runner, "hello-1", "n1", "id-of-n1", 1, 1));
        try (ApiServer api = ApiServer.start(directory, (ns, of, container, follow) -> InputStream.nullInputStream());
                KubernetesClient client = api.newClient()) {
            client.resource(pod).create();

            Observed observed =
                    new Runners(client, nothingBut(runner), new Setbacks(CLOCK), CLOCK).observe("default/hello");

            assertThat(observed.pods()).extracting(ObservedPod::name).containsExactly("hello-1");
        }
    }

    private static KnownObjects nothingBut(ScriptRunner runner) {
        return new KnownObjects() {
            @Override
            public boolean areComplete() {
                return true;
            }

            @Override
            public ScriptRunner runner(String key) {
                return runner;
            }

            @Override
            public List<ScriptRunner> runners() {
                return List.of(runner);
            }

            @Override
            public List<Node> nodes() {
                return List.of();
            }

            @Override
            public List<Pod> podsOf(String runnerKey) {
                return List.of();
            }
        };
    }
}
