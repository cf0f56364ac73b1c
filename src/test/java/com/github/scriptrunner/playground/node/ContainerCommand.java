package com.github.scriptrunner.playground.node;

import io.fabric8.kubernetes.api.model.Container;
import io.fabric8.kubernetes.api.model.EnvVar;
import io.fabric8.kubernetes.api.model.ObjectFieldSelector;
import io.fabric8.kubernetes.api.model.Pod;
import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a pod's container runs as a process of this machine: its paths are those of the pod's directory. */
record ContainerCommand(List<String> command, Map<String, String> environment) {

    /** Variables of the caller that a process needs to speak its language and pip to find packages. */
    private static final Pattern INHERITED =
            Pattern.compile("PATH|LANG|LC_.*|TZ|PIP_.*|SSL_.*|REQUESTS_CA_BUNDLE|CURL_CA_BUNDLE|(?i:[a-z]+_proxy)");

    /** A container without a command runs the program that every image of ours has as its entry point. */
    static ContainerCommand of(Pod pod, PodDirectory directory, Python python, Path program, Map<String, String> caller)
            throws IOException {
        Container container = pod.getSpec().getContainers().get(0);
        List<String> command = new ArrayList<>();
        if (container.getCommand().isEmpty()) {
            command.addAll(List.of(python.executable(), program.toString()));
        }
        Stream.concat(container.getCommand().stream(), container.getArgs().stream())
                .map(directory::local)
                .forEach(command::add);

        Map<String, String> environment = new TreeMap<>();
        caller.forEach((name, value) -> {
            if (INHERITED.matcher(name).matches()) {
                environment.put(name, value);
            }
        });
        pipConfiguration(caller).ifPresent(file -> environment.putIfAbsent("PIP_CONFIG_FILE", file));
        environment.put("PATH", Path.of(python.executable()).getParent() + File.pathSeparator + caller.get("PATH"));
        environment.put("TMPDIR", directory.local("/tmp"));
        for (EnvVar variable : container.getEnv()) {
            environment.put(variable.getName(), directory.local(value(variable, pod)));
        }
        return new ContainerCommand(command, environment);
    }

    /** pip looks for the user's configuration in HOME, which is another one in a pod. */
    private static Optional<String> pipConfiguration(Map<String, String> caller) {
        return Stream.of(".config/pip/pip.conf", ".pip/pip.conf")
                .map(Path.of(caller.getOrDefault("HOME", "/"))::resolve)
                .filter(Files::isRegularFile)
                .map(Path::toString)
                .findFirst();
    }

    private static String value(EnvVar variable, Pod pod) throws IOException {
        if (variable.getValueFrom() == null) {
            return variable.getValue() == null ? "" : variable.getValue();
        }
        ObjectFieldSelector field = variable.getValueFrom().getFieldRef();
        return switch (field == null ? "" : field.getFieldPath()) {
            case "metadata.name" -> pod.getMetadata().getName();
            case "metadata.namespace" -> pod.getMetadata().getNamespace();
            case "metadata.uid" -> pod.getMetadata().getUid();
            case "spec.nodeName" -> pod.getSpec().getNodeName();
            default ->
                throw new IOException("the playground cannot tell the value of environment variable "
                        + variable.getName() + ": it knows literals and the pod's name, namespace, uid and node");
        };
    }
}
