package com.github.scriptrunner.kubernetes;

import com.github.scriptrunner.api.Mode;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.api.ScriptRunnerSpec;
import com.github.scriptrunner.domain.Digest;
import com.github.scriptrunner.domain.Names;
import com.github.scriptrunner.domain.PodToStart;
import io.fabric8.kubernetes.api.model.EnvVarBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.api.model.OwnerReferenceBuilder;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.api.model.SecurityContext;
import io.fabric8.kubernetes.api.model.SecurityContextBuilder;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;

/** Turns a pod that a plan wants into a whole Pod. */
final class PodTemplate {
    /** The key of the script in its ConfigMap, and so the name of its file. */
    static final String SCRIPT_FILE = "script.py";

    private static final String TIMEOUT_SECONDS = "3600";

    private static final long ROOT = 0;

    /** A user that no image knows; the runner image's own. */
    private static final long NOBODY = 65532;

    private final String yaml;
    private final String image;

    PodTemplate(String image) {
        this.image = image;
        try (InputStream stream = PodTemplate.class.getResourceAsStream("pod.yaml")) {
            this.yaml = new String(stream.readAllBytes(), StandardCharsets.UTF_8);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    Pod podOf(PodToStart start) {
        ScriptRunner runner = start.runner();
        PodBuilder pod = new PodBuilder(Serialization.unmarshal(yaml, Pod.class))
                .editMetadata()
                .withNamespace(runner.getMetadata().getNamespace())
                .withName(start.name())
                .addToLabels(Labels.NODE_ID, start.nodeId())
                .addToLabels(Labels.REVISION, String.valueOf(start.revision()))
                .addToLabels(Labels.RUN, String.valueOf(start.run()))
                .addToAnnotations(Labels.NODE, start.nodeName())
                .addToAnnotations(Labels.RUNNER, runner.getMetadata().getName())
                .withOwnerReferences(ownedBy(runner))
                .endMetadata()
                .editSpec()
                .withNewAffinity()
                .withNewNodeAffinity()
                .withNewRequiredDuringSchedulingIgnoredDuringExecution()
                .addNewNodeSelectorTerm()
                .addNewMatchField()
                .withKey("metadata.name")
                .withOperator("In")
                .withValues(start.nodeName())
                .endMatchField()
                .endNodeSelectorTerm()
                .endRequiredDuringSchedulingIgnoredDuringExecution()
                .endNodeAffinity()
                .endAffinity()
                .editFirstContainer()
                .withImage(image)
                .withArgs(arguments(runner.getSpec()))
                .addToEnv(
                        new EnvVarBuilder()
                                .withName("SCRIPTRUNNER_NAME")
                                .withValue(runner.getMetadata().getName())
                                .build(),
                        new EnvVarBuilder()
                                .withName("SCRIPTRUNNER_NAMESPACE")
                                .withValue(runner.getMetadata().getNamespace())
                                .build(),
                        new EnvVarBuilder()
                                .withName("SCRIPTRUNNER_RUN")
                                .withValue(String.valueOf(start.run()))
                                .build())
                .withSecurityContext(securityContext(runner.getSpec()))
                .endContainer()
                .addNewVolume()
                .withName("script")
                .withNewConfigMap()
                .withName(Names.ofScript(runner, start.revision()))
                .endConfigMap()
                .endVolume()
                .endSpec();
        return runner.getSpec().mode() == Mode.PrivilegedWithHostFS ? withHostFileSystem(pod) : pod.build();
    }

    private static Pod withHostFileSystem(PodBuilder pod) {
        return pod.editSpec()
                .editFirstContainer()
                .addNewVolumeMount()
                .withName("host")
                .withMountPath("/host")
                // what the node mounts and unmounts meanwhile
                .withMountPropagation("HostToContainer")
                .endVolumeMount()
                .endContainer()
                .addNewVolume()
                .withName("host")
                .withNewHostPath()
                .withPath("/")
                .endHostPath()
                .endVolume()
                .endSpec()
                .build();
    }

    /** What Pod Security asks of the level that the pod needs: {@code restricted}, {@code baseline} for dnf, else {@code privileged}. */
    private static SecurityContext securityContext(ScriptRunnerSpec spec) {
        if (spec.mode().isPrivileged()) {
            return new SecurityContextBuilder()
                    .withPrivileged(true)
                    .withRunAsUser(ROOT)
                    .build();
        }
        SecurityContextBuilder normal = new SecurityContextBuilder()
                .withNewSeccompProfile()
                .withType("RuntimeDefault")
                .endSeccompProfile();
        if (!spec.packages().dnf().isEmpty()) {
            return normal.withRunAsUser(ROOT).build();
        }
        return normal.withRunAsUser(NOBODY)
                .withRunAsGroup(NOBODY)
                .withRunAsNonRoot(true)
                .withReadOnlyRootFilesystem(true)
                .withAllowPrivilegeEscalation(false)
                .withNewCapabilities()
                .withDrop("ALL")
                .endCapabilities()
                .build();
    }

    static OwnerReference ownedBy(ScriptRunner runner) {
        return new OwnerReferenceBuilder()
                .withApiVersion(ScriptRunner.GROUP + "/" + ScriptRunner.VERSION)
                .withKind("ScriptRunner")
                .withName(runner.getMetadata().getName())
                .withUid(runner.getMetadata().getUid())
                .withController(true)
                // so that `kubectl delete --cascade=foreground` waits until the operator let go of it
                .withBlockOwnerDeletion(true)
                .build();
    }

    /** Read by {@code runner/run.py}, which refuses a script that has another SHA-256. */
    private static List<String> arguments(ScriptRunnerSpec spec) {
        List<String> arguments = new ArrayList<>();
        Collections.addAll(arguments, "--script", "/scriptrunner/script/" + SCRIPT_FILE);
        Collections.addAll(arguments, "--sha256", Digest.sha256(spec.script()));
        Collections.addAll(arguments, "--timeout", TIMEOUT_SECONDS);
        Collections.addAll(arguments, "--packages", "/scriptrunner/packages");
        Collections.addAll(arguments, "--result", "/dev/termination-log");
        spec.packages().dnf().forEach(name -> Collections.addAll(arguments, "--dnf", name));
        spec.packages().pip().forEach(requirement -> Collections.addAll(arguments, "--pip", requirement));
        return arguments;
    }
}
