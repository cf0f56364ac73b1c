package com.github.scriptrunner.playground.apiserver;

import java.io.IOException;
import java.io.InputStream;

/** Where {@code kubectl logs} reads from: the node that runs the pod. */
public interface ContainerLogs {
    /**
     * The output of a container from its beginning.
     *
     * @param follow the stream ends only when the container has ended, and blocks until there is more
     * @throws IOException when there is no output yet; the message tells the person who asked why
     */
    InputStream open(String namespace, String pod, String container, boolean follow) throws IOException;
}
