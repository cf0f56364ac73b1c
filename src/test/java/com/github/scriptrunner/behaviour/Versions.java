package com.github.scriptrunner.behaviour;

import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerStatus;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;
import org.awaitility.Awaitility;

/** What a ScriptRunner said from some moment on, also what it said only for a moment. */
public final class Versions implements AutoCloseable {
    private final List<ScriptRunner> seen = new CopyOnWriteArrayList<>();
    private final Watch watch;

    Versions(Runner runner) {
        watch = runner.resource().watch(new Watcher<>() {
            @Override
            public void eventReceived(Action action, ScriptRunner version) {
                seen.add(version);
            }

            @Override
            public void onClose(WatcherException cause) {
                // then what a test awaits does not come
            }
        });
    }

    List<ScriptRunner> seen() {
        return List.copyOf(seen);
    }

    List<ScriptRunnerStatus> statuses() {
        return seen.stream().map(Runner::status).toList();
    }

    /** Returns when this was said. */
    void await(Predicate<ScriptRunner> expected) {
        Awaitility.await().atMost(Runner.PATIENCE).until(() -> seen.stream().anyMatch(expected));
    }

    @Override
    public void close() {
        watch.close();
    }
}
