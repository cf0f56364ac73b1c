package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.RunResult;

/** A result that a plan puts into the status, with what it is the result of. */
public record RecordedResult(String namespace, String runner, String node, RunResult result) {}
