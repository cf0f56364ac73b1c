package com.github.scriptrunner.behaviour;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;

/** Lets scripts run for exactly as long as a test wants: they hold a connection to it until it opens. */
public final class Gate implements AutoCloseable {
    /** Nobody accepts connections; the kernel does, up to this number. */
    private static final int SCRIPTS = 100;

    private final ServerSocket socket;

    private Gate(ServerSocket socket) {
        this.socket = socket;
    }

    public static Gate closed() {
        try {
            return new Gate(new ServerSocket(0, SCRIPTS));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Lines of Python that wait; not for ever, for a test may have died. */
    public String script() {
        return """
                import os, socket
                try:
                    socket.create_connection(("%s", %d), 240).recv(1)
                except OSError:
                    pass
                """.formatted(SharedCluster.addressOfTests(), socket.getLocalPort());
    }

    public void open() {
        try {
            socket.close();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Override
    public void close() {
        open();
    }
}
