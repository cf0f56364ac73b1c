package com.github.scriptrunner.kubernetes;

/** Names that we put on objects, and know our own by. */
public final class Labels {
    public static final String MANAGED_BY = "app.kubernetes.io/managed-by";
    public static final String OPERATOR = "scriptrunner-operator";

    /** Kept on a pod until its result is confirmed in the status. */
    static final String FINALIZER = "scriptrunner.github.com/result";

    static final String RUNNER_UID = "scriptrunner.github.com/runner-uid";

    /** For a name may be longer than a label's value. */
    static final String RUNNER_NAME_HASH = "scriptrunner.github.com/runner-name-hash";

    static final String NODE_ID = "scriptrunner.github.com/node-id";
    static final String REVISION = "scriptrunner.github.com/revision";
    static final String RUN = "scriptrunner.github.com/run";

    /** Annotations: names may be longer than a label's value. */
    static final String RUNNER = "scriptrunner.github.com/runner";

    static final String NODE = "scriptrunner.github.com/node";

    private Labels() {}
}
