package com.github.scriptrunner.kubernetes;

import com.github.scriptrunner.api.ScriptRunner;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** What is known of the cluster without asking it. The watch routes keep it up to date; the top of the program connects the two. */
public interface KnownObjects {
    /** The index that {@link #podsOf} looks in: the {@code namespace/name} of a pod's ScriptRunner. */
    String BY_RUNNER = "by-runner";

    /** What has to be indexed for {@link #podsOf}. */
    static Map<String, Function<Pod, List<String>>> podIndexers() {
        return Map.of(BY_RUNNER, pod -> PodReading.runnerKey(pod).stream().toList());
    }

    /** Whether the first lists of all kinds have arrived. */
    boolean areComplete();

    /** Null when there is none of this key. */
    ScriptRunner runner(String key);

    List<ScriptRunner> runners();

    List<Node> nodes();

    List<Pod> podsOf(String runnerKey);
}
