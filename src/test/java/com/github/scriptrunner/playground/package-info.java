/** {@code ./playground}: a Kubernetes API and nodes on this machine, good enough to see the operator at work. */
package com.github.scriptrunner.playground;
