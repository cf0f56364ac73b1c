package com.github.scriptrunner.console;

import java.io.IOException;
import java.io.InputStream;
import java.util.Arrays;
import org.jolokia.server.core.restrictor.policy.PolicyRestrictor;

/** What may be done in the console: the values of {@code SCRIPTRUNNER_CONSOLE} beside {@code off}. */
public enum ConsoleAccess {
    READ_ONLY("read-only"),
    /** Routes may also be started and stopped. */
    ROUTES("routes");

    private final String setting;

    ConsoleAccess(String setting) {
        this.setting = setting;
    }

    /**
     * The access that this setting means.
     *
     * @throws IllegalArgumentException with a sentence for whoever set it
     */
    public static ConsoleAccess of(String setting) {
        return Arrays.stream(values())
                .filter(access -> access.setting.equals(setting))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException(
                        "SCRIPTRUNNER_CONSOLE is '%s': set it to off, read-only or routes".formatted(setting)));
    }

    PolicyRestrictor policy() throws IOException {
        return policy(setting + ".xml");
    }

    /** Without one Jolokia would allow everything. */
    static PolicyRestrictor policy(String file) throws IOException {
        try (InputStream policy = ConsoleAccess.class.getResourceAsStream(file)) {
            if (policy == null) {
                throw new IOException("The console does not start without its policy: %s of %s is not on the class path"
                        .formatted(file, ConsoleAccess.class.getPackageName()));
            }
            return new PolicyRestrictor(policy);
        }
    }
}
