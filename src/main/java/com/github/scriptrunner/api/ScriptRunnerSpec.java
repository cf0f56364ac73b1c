package com.github.scriptrunner.api;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.annotation.JsonInclude;
import io.fabric8.kubernetes.api.model.LabelSelector;

/**
 * What its user asks for.
 *
 * @param nodeSelector null: every node
 * @param runs on each node; {@link #ENDLESS}: without end
 * @param initialDelaySeconds from when a node first matches in a revision to its first run
 * @param periodSeconds from the start of a run to the start of the next on the same node
 * @param historyLimit results kept for each node
 */
@JsonInclude(JsonInclude.Include.NON_NULL)
public record ScriptRunnerSpec(
        String script,
        LabelSelector nodeSelector,
        Mode mode,
        Integer runs,
        Integer initialDelaySeconds,
        Integer periodSeconds,
        Integer historyLimit,
        Packages packages) {
    /** The value of {@code runs} for a runner that goes on until it is deleted. */
    public static final int ENDLESS = -1;

    /** The API server sets these defaults too; here they hold for {@code runs}, which has none there, and for objects made in Java. */
    public ScriptRunnerSpec {
        mode = requireNonNullElse(mode, Mode.Normal);
        runs = requireNonNullElse(runs, 1);
        initialDelaySeconds = requireNonNullElse(initialDelaySeconds, 0);
        periodSeconds = requireNonNullElse(periodSeconds, 0);
        historyLimit = requireNonNullElse(historyLimit, 3);
        packages = requireNonNullElse(packages, Packages.NONE);
    }

    public boolean isEndless() {
        return runs == ENDLESS;
    }
}
