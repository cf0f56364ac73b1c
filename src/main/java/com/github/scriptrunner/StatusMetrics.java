package com.github.scriptrunner;

import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.domain.Plan;
import com.github.scriptrunner.domain.RecordedResult;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.Timer;
import java.net.HttpURLConnection;
import java.time.Duration;
import java.util.Arrays;
import java.util.stream.Stream;
import org.apache.camel.Endpoint;
import org.apache.camel.Exchange;
import org.apache.camel.spi.CamelEvent;
import org.apache.camel.spi.CamelEvent.ExchangeSendingEvent;
import org.apache.camel.spi.CamelEvent.ExchangeSentEvent;
import org.apache.camel.support.EventNotifierSupport;
import org.apache.camel.util.ObjectHelper;

/**
 * Counts what the route {@code patch-status} wrote: so a result counts where, and only where, this process put it into a status.
 *
 * <p>Twice it never counts. Not at all it counts where the process ended between the write and its answer, or the answer was lost.
 */
final class StatusMetrics extends EventNotifierSupport {
    private static final String WRITE = "direct://patch-status";
    private static final String WRITES = "scriptrunner.status.writes";
    private static final String RUNS = "scriptrunner.runs";

    private final MeterRegistry registry;
    private final Timer writeDuration;
    private final Timer runDuration;

    StatusMetrics(MeterRegistry registry) {
        this.registry = registry;
        writeDuration = Timer.builder("scriptrunner.status.write.duration")
                .description("How long a write of a status took, whatever came of it")
                .serviceLevelObjectives(seconds(0.01, 0.05, 0.1, 0.5, 1, 5, 10))
                .register(registry);
        runDuration = Timer.builder("scriptrunner.run.duration")
                .description("How long runs took whose container started, packages included")
                .serviceLevelObjectives(seconds(1, 5, 15, 60, 300, 900, 1800, 3600))
                .register(registry);
        // a rate needs a zero to begin with
        Stream.of(Outcome.values()).forEach(this::runs);
        Stream.of("written", "conflict", "failed").forEach(this::writes);
        setIgnoreCamelContextEvents(true);
        setIgnoreRouteEvents(true);
        setIgnoreServiceEvents(true);
    }

    private static Duration[] seconds(double... bounds) {
        return Arrays.stream(bounds)
                .mapToObj(bound -> Duration.ofMillis((long) (bound * 1000)))
                .toArray(Duration[]::new);
    }

    private Counter runs(Outcome outcome) {
        return Counter.builder(RUNS)
                .description("Results that this process recorded in a status")
                .tag("outcome", outcome.name())
                .register(registry);
    }

    private Counter writes(String result) {
        return Counter.builder(WRITES)
                .description("Writes of a status; a conflict means that it had moved on, and nothing was done")
                .tag("result", result)
                .register(registry);
    }

    /** Camel tells that something was sent only to those that wanted to be told before. */
    @Override
    public boolean isEnabled(CamelEvent event) {
        return (event instanceof ExchangeSentEvent sent && isWrite(sent.getEndpoint()))
                || (event instanceof ExchangeSendingEvent sending && isWrite(sending.getEndpoint()));
    }

    private static boolean isWrite(Endpoint endpoint) {
        return endpoint.getEndpointUri().equals(WRITE);
    }

    @Override
    public void notify(CamelEvent event) {
        if (event instanceof ExchangeSentEvent sent) {
            count(sent);
        }
    }

    private void count(ExchangeSentEvent sent) {
        Exchange exchange = sent.getExchange();
        Plan plan = exchange.getMessage().getBody(Plan.class);
        if (plan == null || plan.status() == null) {
            return;
        }
        writeDuration.record(Duration.ofMillis(sent.getTimeTaken()));
        writes(result(exchange)).increment();
        if (exchange.getException() == null) {
            plan.recorded().stream().map(RecordedResult::result).forEach(this::count);
        }
    }

    private static String result(Exchange exchange) {
        if (exchange.getException() == null) {
            return "written";
        }
        KubernetesClientException answer =
                ObjectHelper.getException(KubernetesClientException.class, exchange.getException());
        return answer != null && answer.getCode() == HttpURLConnection.HTTP_CONFLICT ? "conflict" : "failed";
    }

    private void count(RunResult result) {
        runs(result.outcome()).increment();
        if (result.startTime() != null) {
            runDuration.record(Duration.between(result.startTime(), result.finishTime()));
        }
    }
}
