/**
 * What the operator does for those who use it: the real one with the real routes, seen through a Kubernetes API alone. Only
 * {@code PlaygroundCluster} knows which cluster that is.
 */
package com.github.scriptrunner.behaviour;
