/**
 * What the operator does for those who use it: the real one with the real routes, seen through a Kubernetes API alone. Only
 * {@code SharedCluster} knows which cluster that is; what only the playground can do, or admission policies refuse, has the tag
 * {@code playground}.
 */
package com.github.scriptrunner.behaviour;
