package com.github.scriptrunner.behaviour;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ExtensionContext.Namespace;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/** Starts the cluster when the first test needs it, and gives each test a namespace, which goes when the test ends. */
final class SharedCluster implements ParameterResolver {
    private static final Namespace STORE = Namespace.create(SharedCluster.class);

    @Override
    public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
        return parameter.getParameter().getType().equals(TestNamespace.class);
    }

    @Override
    public TestNamespace resolveParameter(ParameterContext parameter, ExtensionContext context) {
        PlaygroundCluster cluster = context.getRoot()
                .getStore(STORE)
                .getOrComputeIfAbsent(PlaygroundCluster.class, type -> started(), PlaygroundCluster.class);
        return context.getStore(STORE)
                .getOrComputeIfAbsent(
                        TestNamespace.class, type -> TestNamespace.create(cluster.client()), TestNamespace.class);
    }

    private static PlaygroundCluster started() {
        try {
            PlaygroundCluster cluster = PlaygroundCluster.start();
            cluster.defineScriptRunners();
            cluster.startOperator();
            return cluster;
        } catch (Exception e) {
            throw new IllegalStateException("the cluster of the tests does not start", e);
        }
    }
}
