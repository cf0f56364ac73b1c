package com.github.scriptrunner.kubernetes;

import com.github.scriptrunner.api.Mode;
import com.github.scriptrunner.domain.ObservedPod;
import com.github.scriptrunner.domain.PodToStart;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;

/** Creates the pods of runs, and lets go of them. */
public final class Pods {
    private static final String WITHOUT_FINALIZER =
            "{\"metadata\":{\"$deleteFromPrimitiveList/finalizers\":[\"%s\"]}}".formatted(Labels.FINALIZER);

    private final KubernetesClient client;
    private final boolean privilegedModes;
    private final PodTemplate template;
    private final Scripts scripts;
    private final Setbacks setbacks;

    /**
     * Pods through this client.
     *
     * @param image of the runner program
     * @param privilegedModes whether pods of these are created
     */
    public Pods(KubernetesClient client, String image, boolean privilegedModes, Scripts scripts, Setbacks setbacks) {
        this.client = client;
        this.privilegedModes = privilegedModes;
        this.template = new PodTemplate(image);
        this.scripts = scripts;
        this.setbacks = setbacks;
    }

    /** Creates a pod and the script that it mounts, or finds them. */
    public void create(PodToStart start) {
        Mode mode = start.runner().getSpec().mode();
        if (mode.isPrivileged() && !privilegedModes) {
            throw new KubernetesClientException(
                    "mode %s is refused by this operator, which was not told that the admission policies for it are in place (SCRIPTRUNNER_PRIVILEGED_MODES)"
                            .formatted(mode),
                    HttpURLConnection.HTTP_FORBIDDEN,
                    null);
        }
        scripts.provide(start);
        Pod wanted = template.podOf(start);
        try {
            client.resource(wanted).create();
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT
                    || !isOurs(client.resource(wanted).get(), start)) {
                throw e;
            }
        }
        setbacks.forget(start);
    }

    /** Takes our finalizer off a pod that is done with. */
    public void release(ObservedPod pod) {
        try {
            // with a name alone the client would ask for the object first
            client.resource(named(pod)).patch(PatchContext.of(PatchType.STRATEGIC_MERGE), WITHOUT_FINALIZER);
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
        }
    }

    private static Pod named(ObservedPod pod) {
        return new PodBuilder()
                .withNewMetadata()
                .withNamespace(pod.namespace())
                .withName(pod.name())
                .endMetadata()
                .build();
    }

    private static boolean isOurs(Pod found, PodToStart start) {
        return found != null
                && PodReading.owner(found)
                        .filter(owner -> owner.getUid()
                                .equals(start.runner().getMetadata().getUid()))
                        .isPresent();
    }
}
