package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.RunResult;
import java.util.List;
import java.util.stream.Stream;

/** A node's results: newest first, and no more than the limit. */
final class History {
    private History() {}

    static List<RunResult> with(RunResult newest, List<RunResult> older, int limit) {
        return Stream.concat(Stream.of(newest), older.stream()).limit(limit).toList();
    }

    static List<RunResult> within(int limit, List<RunResult> history) {
        return history.size() <= limit ? history : history.subList(0, limit);
    }
}
