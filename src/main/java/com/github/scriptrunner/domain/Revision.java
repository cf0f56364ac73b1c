package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.ScriptRunnerSpec;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import java.time.Instant;

/**
 * What is run: a change of script, mode or packages makes a new one.
 *
 * @param number goes up by one at each change and is never reused, also when the script is changed back
 * @param since when the operator first saw it
 */
record Revision(int number, String hash, Instant since) {
    private static final int HASH_LENGTH = 8;

    static Revision next(ScriptRunnerSpec spec, ScriptRunnerStatus status, Instant now) {
        String hash = hash(spec);
        return hash.equals(status.revisionHash())
                ? new Revision(status.revision(), hash, status.revisionTime())
                : new Revision(status.revision() + 1, hash, now);
    }

    private static String hash(ScriptRunnerSpec spec) {
        return Digest.of(
                HASH_LENGTH,
                spec.script(),
                spec.mode().name(),
                String.join("\n", spec.packages().dnf()),
                String.join("\n", spec.packages().pip()));
    }
}
