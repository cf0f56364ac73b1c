/**
 * The Camel component {@code workqueue:NAME}: each key once, one worker a key, failures come back later. The semantics are those of
 * controller-runtime's rate-limited queue.
 */
package com.github.scriptrunner.camel.workqueue;
