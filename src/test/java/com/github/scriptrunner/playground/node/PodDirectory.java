package com.github.scriptrunner.playground.node;

import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapVolumeSource;
import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.KeyToPath;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Volume;
import io.fabric8.kubernetes.api.model.VolumeMount;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.Base64;
import java.util.Comparator;
import java.util.Map;
import java.util.TreeMap;

/** A private directory that holds what a pod's container finds under its mounts, its termination message and its log. */
final class PodDirectory {
    private static final int LONGEST_TERMINATION_MESSAGE = 4096;

    private final Path root;
    private final Container container;
    private final Map<String, Path> mounts =
            new TreeMap<>(Comparator.<String>naturalOrder().reversed());

    private PodDirectory(Path root, Container container) {
        this.root = root;
        this.container = container;
    }

    /** Makes the directory with an empty one for each volume that the container mounts, host paths excepted. */
    static PodDirectory create(Path parent, Pod pod) throws IOException {
        Container container = pod.getSpec().getContainers().get(0);
        Path root = parent.resolve(pod.getMetadata().getUid());
        PodDirectory directory = new PodDirectory(root, container);
        PrivateFiles.createDirectory(root);
        PrivateFiles.createDirectory(root.resolve("volumes"));
        for (Volume volume : pod.getSpec().getVolumes()) {
            if (volume.getHostPath() == null) {
                PrivateFiles.createDirectory(directory.volume(volume.getName()));
            }
        }
        for (VolumeMount mount : container.getVolumeMounts()) {
            Path volume = directory.volume(mount.getName());
            if (Files.isDirectory(volume)) {
                directory.mounts.put(
                        mount.getMountPath(), mount.getSubPath() == null ? volume : volume.resolve(mount.getSubPath()));
            }
        }
        PrivateFiles.createFile(directory.terminationMessageFile());
        PrivateFiles.createFile(directory.log());
        return directory;
    }

    /** Writes a volume's files, byte for byte. */
    void write(String volume, ConfigMapVolumeSource source, ConfigMap configMap) throws IOException {
        Map<String, byte[]> contents = new TreeMap<>();
        configMap.getData().forEach((key, text) -> contents.put(key, text.getBytes(StandardCharsets.UTF_8)));
        configMap
                .getBinaryData()
                .forEach((key, base64) -> contents.put(key, Base64.getDecoder().decode(base64)));
        if (source.getItems().isEmpty()) {
            for (Map.Entry<String, byte[]> content : contents.entrySet()) {
                write(volume(volume).resolve(content.getKey()), content.getValue());
            }
        }
        for (KeyToPath item : source.getItems()) {
            byte[] content = contents.get(item.getKey());
            if (content == null) {
                throw new NoSuchFileException(
                        "configmap " + configMap.getMetadata().getName() + " has no key " + item.getKey());
            }
            Path file = volume(volume).resolve(item.getPath()).normalize();
            if (!file.startsWith(volume(volume))) {
                throw new NoSuchFileException(item.getPath() + " lies outside its volume");
            }
            Files.createDirectories(file.getParent());
            write(file, content);
        }
    }

    private static void write(Path file, byte[] content) throws IOException {
        if (!Files.exists(file)) {
            PrivateFiles.createFile(file);
        }
        Files.write(file, content, StandardOpenOption.TRUNCATE_EXISTING);
    }

    /** The same text, unless it is a path under a mount or the termination message's: then where that is on this machine. */
    String local(String text) {
        if (text.equals(container.getTerminationMessagePath())) {
            return terminationMessageFile().toString();
        }
        for (Map.Entry<String, Path> mount : mounts.entrySet()) {
            String path = mount.getKey();
            if (text.equals(path)) {
                return mount.getValue().toString();
            }
            if (text.startsWith(path.endsWith("/") ? path : path + "/")) {
                return mount.getValue() + "/" + text.substring(path.length()).replaceFirst("^/+", "");
            }
        }
        return text;
    }

    Path workingDirectory() throws IOException {
        if (container.getWorkingDir() == null) {
            return root;
        }
        Path local = Path.of(local(container.getWorkingDir()));
        // a container runtime creates it where it is missing; outside of the volumes that would be a directory of the
        // user
        return local.startsWith(root) ? Files.createDirectories(local) : local;
    }

    Path log() {
        return root.resolve("log");
    }

    /** The end of the termination message, as kubelet reads it: at most 4,096 bytes; null when there is none. */
    String terminationMessage() {
        try (RandomAccessFile file =
                new RandomAccessFile(terminationMessageFile().toFile(), "r")) {
            long length = file.length();
            file.seek(Math.max(0, length - LONGEST_TERMINATION_MESSAGE));
            byte[] end = new byte[(int) Math.min(length, LONGEST_TERMINATION_MESSAGE)];
            file.readFully(end);
            return end.length == 0 ? null : new String(end, StandardCharsets.UTF_8);
        } catch (IOException e) {
            return "the termination message cannot be read: " + e.getMessage();
        }
    }

    /** Removes the directory, whatever the container left there. */
    void delete() throws IOException {
        PrivateFiles.delete(root);
    }

    private Path volume(String name) {
        return root.resolve("volumes").resolve(name);
    }

    private Path terminationMessageFile() {
        return root.resolve("termination-message");
    }
}
