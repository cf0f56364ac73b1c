/** Leadership by a Kubernetes Lease, as Camel's own cluster services offer it, and the guard that keeps others from writing. */
package com.github.scriptrunner.camel.cluster;
