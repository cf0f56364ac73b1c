package com.github.scriptrunner.playground;

import com.github.scriptrunner.playground.node.PrivateFiles;
import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/** The playground's own directory; where one could not remove it, because it was killed, the next one does. */
final class WorkingDirectory implements AutoCloseable {
    private static final String PREFIX = "scriptrunner-playground-";

    private final Path path;
    private final FileChannel lock;

    private WorkingDirectory(Path path, FileChannel lock) {
        this.path = path;
        this.lock = lock;
    }

    static WorkingDirectory create(Path parent) throws IOException {
        removeAbandoned(parent);
        Path path = Files.createTempDirectory(parent, PREFIX);
        // held open for as long as this process lives: the kernel lets go of it however that ends
        FileChannel lock = FileChannel.open(PrivateFiles.createFile(path.resolve("lock")), StandardOpenOption.WRITE);
        lock.lock();
        return new WorkingDirectory(path, lock);
    }

    Path path() {
        return path;
    }

    private static void removeAbandoned(Path parent) throws IOException {
        try (DirectoryStream<Path> directories = Files.newDirectoryStream(parent, PREFIX + "*")) {
            for (Path directory : directories) {
                if (isAbandoned(directory)) {
                    PrivateFiles.delete(directory);
                }
            }
        }
    }

    /** False also for what belongs to somebody else, and in the moment before its owner has made the lock. */
    private static boolean isAbandoned(Path directory) throws IOException {
        boolean ours = Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)
                && Files.getOwner(directory, LinkOption.NOFOLLOW_LINKS)
                        .equals(Files.getOwner(Path.of(System.getProperty("user.home"))));
        if (!ours) {
            return false;
        }
        try (FileChannel channel = FileChannel.open(directory.resolve("lock"), StandardOpenOption.WRITE);
                FileLock lock = channel.tryLock()) {
            return lock != null;
        } catch (OverlappingFileLockException | NoSuchFileException e) {
            return false;
        }
    }

    @Override
    public void close() throws IOException {
        PrivateFiles.delete(path);
        lock.close();
    }
}
