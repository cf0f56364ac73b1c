package com.github.scriptrunner.playground.node;

import com.github.scriptrunner.playground.apiserver.ContainerLogs;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** What the pods' containers have written so far, for as long as their pods exist. */
public final class PodLogs implements ContainerLogs {
    private static final int POLL_MILLISECONDS = 50;

    private final Map<String, Log> logs = new ConcurrentHashMap<>();

    private static final class Log {
        private final String uid;
        private final Path file;
        private volatile boolean complete;

        Log(String uid, Path file) {
            this.uid = uid;
            this.file = file;
        }
    }

    void opened(Pod pod, Path file) {
        logs.put(key(pod), new Log(pod.getMetadata().getUid(), file));
    }

    /** Nothing more will be written: whoever follows the log sees its end. */
    void completed(Pod pod) {
        Log log = logs.get(key(pod));
        if (log != null && log.uid.equals(pod.getMetadata().getUid())) {
            log.complete = true;
        }
    }

    void removed(Pod pod) {
        completed(pod);
        logs.computeIfPresent(
                key(pod), (key, log) -> log.uid.equals(pod.getMetadata().getUid()) ? null : log);
    }

    private static String key(Pod pod) {
        return key(
                pod.getMetadata().getNamespace(),
                pod.getMetadata().getName(),
                pod.getSpec().getContainers().get(0).getName());
    }

    private static String key(String namespace, String pod, String container) {
        return namespace + "/" + pod + "/" + container;
    }

    @Override
    public InputStream open(String namespace, String pod, String container, boolean follow) throws IOException {
        Log log = logs.get(key(namespace, pod, container));
        if (log == null) {
            throw new FileNotFoundException("it has not started yet");
        }
        InputStream file = Files.newInputStream(log.file);
        return follow ? new FollowedFile(file, log) : file;
    }

    /** Ends where the file ends once its log is complete. */
    private static final class FollowedFile extends InputStream {
        private final InputStream file;
        private final Log log;

        FollowedFile(InputStream file, Log log) {
            this.file = file;
            this.log = log;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            while (true) {
                // asked before reading: what is written in between is read before the end is told
                boolean complete = log.complete;
                int count = file.read(buffer, offset, length);
                if (count >= 0 || complete) {
                    return count;
                }
                try {
                    Thread.sleep(POLL_MILLISECONDS);
                } catch (InterruptedException e) {
                    Thread.currentThread().interrupt();
                    throw new InterruptedIOException("interrupted while following a log");
                }
            }
        }

        @Override
        public void close() throws IOException {
            file.close();
        }
    }
}
