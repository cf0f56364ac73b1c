/**
 * The operator as a process of its own, killed, stopped and lied to at random, while it is held to what must always hold. Seen through a
 * Kubernetes API and the operator's own health alone; runs with {@code -Pchaos}.
 */
package com.github.scriptrunner.chaos;
