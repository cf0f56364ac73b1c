/**
 * A Kubernetes API server in memory, for the playground and for tests: enough of the API for kubectl and client libraries,
 * on this machine only. It has no RBAC, admission plugins, scheduler, exec, persistence or isolation, speaks JSON only
 * and claims no conformance. It knows nothing of ScriptRunner.
 */
package com.github.scriptrunner.playground.apiserver;
