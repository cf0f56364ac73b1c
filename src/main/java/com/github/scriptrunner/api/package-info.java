/** The resource as its users write and read it. Uses the Kubernetes model only; the CRD in {@code manifests/crd} says the same. */
package com.github.scriptrunner.api;
