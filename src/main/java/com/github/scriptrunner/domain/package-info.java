/** Every decision, as pure functions of (spec, observed, now). Uses {@code api} only: no Camel, no client, no clock. */
package com.github.scriptrunner.domain;
