package com.github.scriptrunner.kubernetes;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.domain.Occurrence;
import io.fabric8.kubernetes.api.model.EventBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.temporal.ChronoUnit;
import java.util.LinkedHashMap;
import java.util.Map;

/**
 * Tells of occurrences as Events of the ScriptRunner.
 *
 * <p>Those of a kind are one Event whose count grows. As client-go does: 25 at once for a runner, then one in five minutes; what is not told
 * is counted in the next that is. After a restart there is a new Event.
 */
public final class Events {
    private static final int BURST = 25;
    private static final Duration REFILL = Duration.ofMinutes(5);
    private static final int MOST_REMEMBERED = 4096;
    /** Of a name of at most 253 characters. */
    private static final int LONGEST_PREFIX = 200;

    private static final ObjectMapper JSON = new ObjectMapper();

    private record Key(String uid, Occurrence.Kind kind) {}

    /** @param name of the Event, null when none was told yet */
    private record Series(String name, int count) {}

    /** @param tokens Events that may be told at once */
    private record Allowance(int tokens, Instant since) {
        Allowance at(Instant now) {
            long refills = Duration.between(since, now).dividedBy(REFILL);
            return tokens + refills >= BURST
                    ? new Allowance(BURST, now)
                    : new Allowance((int) (tokens + refills), since.plus(REFILL.multipliedBy(refills)));
        }
    }

    private final Map<Key, Series> told = latest();
    private final Map<String, Allowance> allowances = latest();
    private final KubernetesClient client;
    private final InstantSource clock;

    public Events(KubernetesClient client, InstantSource clock) {
        this.client = client;
        this.clock = clock;
    }

    private static <K, V> Map<K, V> latest() {
        return new LinkedHashMap<>(16, 0.75f, true) {
            @Override
            protected boolean removeEldestEntry(Map.Entry<K, V> eldest) {
                return size() > MOST_REMEMBERED;
            }
        };
    }

    /** One at a time, for the counts. */
    public synchronized void tell(Occurrence occurrence) {
        Instant now = clock.instant();
        Key key = new Key(occurrence.uid(), occurrence.kind());
        Series before = told.getOrDefault(key, new Series(null, 0));
        int count = before.count() + 1;
        told.put(key, new Series(before.name(), count));
        Allowance allowance = allowances
                .getOrDefault(occurrence.uid(), new Allowance(BURST, now))
                .at(now);
        boolean allowed = allowance.tokens() > 0;
        allowances.put(
                occurrence.uid(), allowed ? new Allowance(allowance.tokens() - 1, allowance.since()) : allowance);
        if (allowed && (before.name() == null || !repeat(occurrence, before.name(), count, now))) {
            told.put(key, new Series(create(occurrence, count, now), count));
        }
    }

    /** False when the Event is gone: the API server forgets them after an hour. */
    private boolean repeat(Occurrence occurrence, String name, int count, Instant now) {
        String patch = JSON.createObjectNode()
                .put("count", count)
                .put("lastTimestamp", timestamp(now))
                .put("message", occurrence.message())
                .toString();
        try {
            client.resource(new EventBuilder()
                            .withNewMetadata()
                            .withNamespace(occurrence.namespace())
                            .withName(name)
                            .endMetadata()
                            .build())
                    .patch(PatchContext.of(PatchType.JSON_MERGE), patch);
            return true;
        } catch (KubernetesClientException e) {
            if (e.getCode() != HttpURLConnection.HTTP_NOT_FOUND) {
                throw e;
            }
            return false;
        }
    }

    private String create(Occurrence occurrence, int count, Instant now) {
        String runner = occurrence.runner();
        String prefix = runner.substring(0, Math.min(runner.length(), LONGEST_PREFIX)) + ".";
        return client.resource(new EventBuilder()
                        .withNewMetadata()
                        .withNamespace(occurrence.namespace())
                        .withGenerateName(prefix)
                        .endMetadata()
                        .withNewInvolvedObject()
                        .withApiVersion(ScriptRunner.GROUP + "/" + ScriptRunner.VERSION)
                        .withKind("ScriptRunner")
                        .withNamespace(occurrence.namespace())
                        .withName(runner)
                        .withUid(occurrence.uid())
                        .endInvolvedObject()
                        .withType(occurrence.kind().isWarning() ? "Warning" : "Normal")
                        .withReason(occurrence.kind().name())
                        .withMessage(occurrence.message())
                        .withCount(count)
                        .withFirstTimestamp(timestamp(now))
                        .withLastTimestamp(timestamp(now))
                        .withNewSource()
                        .withComponent(Labels.OPERATOR)
                        .endSource()
                        .withReportingComponent(Labels.OPERATOR)
                        .build())
                .create()
                .getMetadata()
                .getName();
    }

    private static String timestamp(Instant time) {
        return time.truncatedTo(ChronoUnit.SECONDS).toString();
    }
}
