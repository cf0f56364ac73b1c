package com.github.scriptrunner.domain;

import com.github.scriptrunner.api.Mode;
import com.github.scriptrunner.api.ScriptRunner;

/** Names that follow from what they stand for, so that a second attempt finds the first. */
public final class Names {
    /** Leaves room for the hash and {@code -privileged} within the 63 characters of a host name. */
    private static final int RUNNER_LENGTH = 40;

    private static final int HASH_LENGTH = 10;

    /** What the names of pods of privileged modes end in: admission policies on exec see nothing else of a pod. */
    private static final String PRIVILEGED = "-privileged";

    private Names() {}

    /**
     * Of a pod, but for what tells its mode.
     *
     * @param matchesSince when the node came to match, empty if it did all the time: a node that leaves before it has run leaves
     *     no count of its pods
     * @param podNumber counts every pod made for this run, so that no name is used twice
     */
    static String ofPod(ScriptRunner runner, String nodeId, String matchesSince, int revision, int run, int podNumber) {
        return prefix(runner)
                + Digest.of(
                        HASH_LENGTH,
                        runner.getMetadata().getUid(),
                        nodeId,
                        matchesSince,
                        String.valueOf(revision),
                        String.valueOf(run),
                        String.valueOf(podNumber));
    }

    static String withMode(String podName, Mode mode) {
        return mode.isPrivileged() ? podName + PRIVILEGED : podName;
    }

    /** The mode of an older revision is not known any more, so that pods are found without it. */
    static String withoutMode(String podName) {
        return podName.endsWith(PRIVILEGED) ? podName.substring(0, podName.length() - PRIVILEGED.length()) : podName;
    }

    /** The ConfigMap that holds the script of a revision. */
    public static String ofScript(ScriptRunner runner, int revision) {
        return prefix(runner)
                + "script-"
                + Digest.of(HASH_LENGTH, runner.getMetadata().getUid(), String.valueOf(revision));
    }

    /** Of the name alone, which is all that is known of a runner that is gone. */
    public static String runnerNameHash(String runnerName) {
        return Digest.of(HASH_LENGTH, runnerName);
    }

    public static String nodeId(String nodeUid) {
        return Digest.of(HASH_LENGTH, nodeUid);
    }

    private static String prefix(ScriptRunner runner) {
        String name = runner.getMetadata().getName();
        String cut = name.length() <= RUNNER_LENGTH ? name : name.substring(0, RUNNER_LENGTH);
        return cut.replaceFirst("[^a-z0-9]+$", "") + "-";
    }
}
