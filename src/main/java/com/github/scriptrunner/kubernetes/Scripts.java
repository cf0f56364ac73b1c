package com.github.scriptrunner.kubernetes;

import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.domain.Names;
import com.github.scriptrunner.domain.PodToStart;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.OwnerReference;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** The scripts as files: an immutable ConfigMap for each revision of a runner. */
public final class Scripts {
    /** A thousand pods of a runner shall not ask a thousand times; but someone may delete the ConfigMap. */
    private static final Duration BELIEVED_FOR = Duration.ofSeconds(10);

    private final Map<String, Instant> confirmed = new ConcurrentHashMap<>();
    private final KubernetesClient client;
    private final InstantSource clock;

    public Scripts(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    /** Makes sure that the script of this pod is there. */
    void provide(PodToStart start) {
        ConfigMap wanted = configMap(start.runner(), start.revision());
        String key = start.namespace() + "/" + wanted.getMetadata().getName();
        Instant now = clock.instant();
        confirmed.values().removeIf(time -> time.plus(BELIEVED_FOR).isBefore(now));
        if (!confirmed.containsKey(key)) {
            createOrRecognise(wanted);
            confirmed.put(key, now);
        }
    }

    /**
     * Deletes all scripts of the runner {@code namespace/name}, which is gone. Kubernetes does so too, but not for a kind that it does not
     * know yet: docs/decisions/0008.
     */
    public void deleteAll(String runnerKey) {
        client.configMaps()
                .inNamespace(Runners.namespaceOf(runnerKey))
                .withLabel(Labels.MANAGED_BY, Labels.OPERATOR)
                .withLabel(Labels.RUNNER_NAME_HASH, Names.runnerNameHash(Runners.nameOf(runnerKey)))
                .delete();
    }

    private void createOrRecognise(ConfigMap wanted) {
        try {
            client.resource(wanted).create();
            deleteOthers(wanted);
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_CONFLICT) {
                throw e;
            }
            ConfigMap found = client.resource(wanted).get();
            if (found == null || !isOurs(found, wanted)) {
                throw new KubernetesClientException(
                        "ConfigMap %s is there already and is not this runner's script; delete it"
                                .formatted(wanted.getMetadata().getName()),
                        HttpURLConnection.HTTP_CONFLICT,
                        null);
            }
        }
    }

    /** Pods of older revisions that run have their script already; those that have not begun are not wanted any more. */
    private void deleteOthers(ConfigMap wanted) {
        Map<String, String> labels = wanted.getMetadata().getLabels();
        client.configMaps()
                .inNamespace(wanted.getMetadata().getNamespace())
                .withLabel(Labels.RUNNER_UID, labels.get(Labels.RUNNER_UID))
                .withLabelNotIn(Labels.REVISION, labels.get(Labels.REVISION))
                .delete();
    }

    private static boolean isOurs(ConfigMap found, ConfigMap wanted) {
        String owner = wanted.getMetadata().getOwnerReferences().get(0).getUid();
        return found.getMetadata().getOwnerReferences().stream()
                        .map(OwnerReference::getUid)
                        .anyMatch(owner::equals)
                && wanted.getData().equals(found.getData());
    }

    private static ConfigMap configMap(ScriptRunner runner, int revision) {
        return new ConfigMapBuilder()
                .withNewMetadata()
                .withNamespace(runner.getMetadata().getNamespace())
                .withName(Names.ofScript(runner, revision))
                .addToLabels(Labels.MANAGED_BY, Labels.OPERATOR)
                .addToLabels(Labels.RUNNER_UID, runner.getMetadata().getUid())
                .addToLabels(
                        Labels.RUNNER_NAME_HASH,
                        Names.runnerNameHash(runner.getMetadata().getName()))
                .addToLabels(Labels.REVISION, String.valueOf(revision))
                .withOwnerReferences(PodTemplate.ownedBy(runner))
                .endMetadata()
                .withImmutable(true)
                .addToData(PodTemplate.SCRIPT_FILE, runner.getSpec().script())
                .build();
    }
}
