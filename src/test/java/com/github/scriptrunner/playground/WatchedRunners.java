package com.github.scriptrunner.playground;

import com.github.scriptrunner.api.ScriptRunner;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/** The runners of the playground's files, as the API has them from moment to moment. */
final class WatchedRunners implements AutoCloseable {
    /** So that the seconds of a run are seen to pass. */
    private static final int LONGEST_WAIT_MILLISECONDS = 1000;

    /** Changes that come faster are shown together. */
    private static final int SHORTEST_WAIT_MILLISECONDS = 50;

    private final Map<String, ScriptRunner> latest = new LinkedHashMap<>();
    private final Semaphore changes = new Semaphore(0);
    private final SharedIndexInformer<ScriptRunner> informer;

    WatchedRunners(KubernetesClient client, List<ScriptRunner> applied) {
        applied.forEach(runner -> latest.put(runner.getMetadata().getUid(), runner));
        Set<String> uids = Set.copyOf(latest.keySet());
        informer = client.resources(ScriptRunner.class).inAnyNamespace().inform(new ResourceEventHandler<>() {
            @Override
            public void onAdd(ScriptRunner runner) {
                replace(runner);
            }

            @Override
            public void onUpdate(ScriptRunner old, ScriptRunner runner) {
                replace(runner);
            }

            @Override
            public void onDelete(ScriptRunner runner, boolean finalStateUnknown) {
                synchronized (latest) {
                    latest.remove(runner.getMetadata().getUid());
                }
                changes.release();
            }

            private void replace(ScriptRunner runner) {
                synchronized (latest) {
                    if (uids.contains(runner.getMetadata().getUid())) {
                        latest.put(runner.getMetadata().getUid(), runner);
                    }
                }
                changes.release();
            }
        });
    }

    /** Those that have not been deleted, in the order of the files. */
    List<ScriptRunner> now() {
        synchronized (latest) {
            return List.copyOf(latest.values());
        }
    }

    /** Returns after a change, or a second. */
    void await() throws InterruptedException {
        Thread.sleep(SHORTEST_WAIT_MILLISECONDS);
        if (changes.tryAcquire(LONGEST_WAIT_MILLISECONDS, TimeUnit.MILLISECONDS)) {
            changes.drainPermits();
        }
    }

    @Override
    public void close() {
        informer.close();
    }
}
