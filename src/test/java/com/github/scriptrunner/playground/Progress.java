package com.github.scriptrunner.playground;

import com.github.scriptrunner.api.ScriptRunner;
import java.util.List;

/** Shows how far the runners are while they run. */
interface Progress extends AutoCloseable {
    /** Called at every change, and about once a second. */
    void show(List<ScriptRunner> runners);

    /** Leaves the screen as the report wants it. */
    @Override
    void close();
}
