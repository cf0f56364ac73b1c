/** What only a real cluster can show: rights, isolation, kubelets, nodes that come and go. {@code e2e/run} starts these tests. */
package com.github.scriptrunner.e2e;
