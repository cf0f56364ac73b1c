package com.github.scriptrunner.kubernetes;

import static java.util.Objects.requireNonNullElse;

import com.github.scriptrunner.domain.PodOfRunner;
import com.github.scriptrunner.domain.PodToStart;
import com.github.scriptrunner.domain.Setback;
import io.fabric8.kubernetes.client.KubernetesClientException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/**
 * What the API server answered when something was asked of it for a pod: input of the next plan. In memory only, for after a
 * restart it is learned again.
 */
public final class Setbacks {
    /** Answers that say that the request itself is at fault: asking again soon is of no use. */
    private static final Set<Integer> REFUSALS = Set.of(400, 403, 404, 409, 413, 422);

    /** Nothing waits longer than this for its next try. */
    private static final Duration MEMORY = Duration.ofMinutes(30);

    /** By runner, then by pod name. */
    private final Map<String, Map<String, Setback>> byRunner = new ConcurrentHashMap<>();

    private final InstantSource clock;

    public Setbacks(InstantSource clock) {
        this.clock = clock;
    }

    /** Notes what went wrong; returns the key of the runner, which has to think again. */
    public String note(PodOfRunner pod, Exception failure) {
        byRunner.computeIfAbsent(pod.runnerKey(), key -> new ConcurrentHashMap<>())
                .compute(pod.name(), (name, before) -> setback(pod, failure, before == null ? 1 : before.count() + 1));
        return pod.runnerKey();
    }

    /** What was asked for this pod has been done. */
    public void forget(PodOfRunner pod) {
        byRunner.computeIfPresent(pod.runnerKey(), (key, setbacks) -> {
            setbacks.remove(pod.name());
            return setbacks.isEmpty() ? null : setbacks;
        });
    }

    /** By pod name. */
    Map<String, Setback> of(String runnerKey) {
        Instant forgotten = clock.instant().minus(MEMORY);
        Map<String, Setback> remembered = byRunner.computeIfPresent(runnerKey, (key, setbacks) -> {
            setbacks.values().removeIf(setback -> setback.time().isBefore(forgotten));
            return setbacks.isEmpty() ? null : setbacks;
        });
        return remembered == null ? Map.of() : Map.copyOf(remembered);
    }

    private Setback setback(PodOfRunner pod, Exception failure, int count) {
        String what = pod instanceof PodToStart ? "The pod could not be created: " : "The pod could not be removed: ";
        String said = requireNonNullElse(failure.getMessage(), failure.toString());
        if (failure instanceof KubernetesClientException answer && REFUSALS.contains(answer.getCode())) {
            String sentence = answer.getStatus() == null
                    ? said
                    : requireNonNullElse(answer.getStatus().getMessage(), said);
            String reason = sentence.contains("exceeded quota") ? "QuotaExceeded" : "AdmissionDenied";
            return new Setback(reason, what + sentence, true, clock.instant(), count);
        }
        return new Setback("ApiUnavailable", what + said, false, clock.instant(), count);
    }
}
