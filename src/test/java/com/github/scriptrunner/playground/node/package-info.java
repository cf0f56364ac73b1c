/** Nodes that run pods as processes of this user; knows the cluster only through its API, as a kubelet does. */
package com.github.scriptrunner.playground.node;
