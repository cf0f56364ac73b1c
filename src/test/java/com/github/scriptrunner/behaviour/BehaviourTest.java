package com.github.scriptrunner.behaviour;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.parallel.Execution;
import org.junit.jupiter.api.parallel.ExecutionMode;

/**
 * Tests that mostly wait for a cluster: side by side, each with a {@link TestNamespace} of its own as its parameter, and all on one
 * cluster.
 */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SharedCluster.class)
@Execution(ExecutionMode.CONCURRENT)
@Timeout(120)
public @interface BehaviourTest {
    /** What tests share that add nodes, and one has for itself that means every node. */
    String ALL_NODES = "all-nodes";
}
