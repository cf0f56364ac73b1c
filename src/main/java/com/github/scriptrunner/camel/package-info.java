/** Camel components that know nothing of ScriptRunners. May use the Kubernetes client; none of the other packages. */
package com.github.scriptrunner.camel;
