package com.github.scriptrunner.routes;

import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.kubernetes.KnownObjects;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;

/** What a test says that is known of the cluster. All pods are those of the runner that is asked for. */
final class KnownToTest implements KnownObjects {
    final List<ScriptRunner> runners = new CopyOnWriteArrayList<>();
    final List<Node> nodes = new CopyOnWriteArrayList<>();
    final List<Pod> pods = new CopyOnWriteArrayList<>();

    void forget() {
        runners.clear();
        nodes.clear();
        pods.clear();
    }

    @Override
    public boolean areComplete() {
        return true;
    }

    @Override
    public ScriptRunner runner(String key) {
        return runners.stream()
                .filter(runner -> key.equals(runner.getMetadata().getNamespace() + "/"
                        + runner.getMetadata().getName()))
                .findFirst()
                .orElse(null);
    }

    @Override
    public List<ScriptRunner> runners() {
        return runners;
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public List<Pod> podsOf(String runnerKey) {
        return pods;
    }
}
