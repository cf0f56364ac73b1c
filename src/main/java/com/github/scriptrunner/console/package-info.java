/**
 * The console: Hawtio in a browser, Jolokia for its questions, and the gate and policy between them and the JVM. Knows nothing of
 * ScriptRunners; only the top starts it.
 */
package com.github.scriptrunner.console;
