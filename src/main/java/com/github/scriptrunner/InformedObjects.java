package com.github.scriptrunner;

import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.camel.informer.InformerComponent;
import com.github.scriptrunner.kubernetes.KnownObjects;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import java.util.List;
import java.util.stream.Stream;
import org.apache.camel.CamelContext;

/** What the informers of the watch routes hold. */
final class InformedObjects implements KnownObjects {
    private static final String RUNNERS = "scriptrunners";
    private static final String NODES = "nodes";
    private static final String PODS = "pods";

    private final InformerComponent informers;

    InformedObjects(CamelContext context) {
        informers = context.getComponent("informer", InformerComponent.class);
    }

    @Override
    public boolean areComplete() {
        return Stream.of(RUNNERS, NODES, PODS).allMatch(informers::hasSynced);
    }

    @Override
    public ScriptRunner runner(String key) {
        return informers.<ScriptRunner>indexer(RUNNERS).getByKey(key);
    }

    @Override
    public List<ScriptRunner> runners() {
        return informers.<ScriptRunner>indexer(RUNNERS).list();
    }

    @Override
    public List<Node> nodes() {
        return informers.<Node>indexer(NODES).list();
    }

    @Override
    public List<Pod> podsOf(String runnerKey) {
        return informers.<Pod>indexer(PODS).byIndex(BY_RUNNER, runnerKey);
    }
}
