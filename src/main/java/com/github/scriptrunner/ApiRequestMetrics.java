package com.github.scriptrunner;

import io.fabric8.kubernetes.client.http.AsyncBody;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.http.Interceptor;
import io.micrometer.core.instrument.Counter;
import io.micrometer.core.instrument.MeterRegistry;
import java.nio.ByteBuffer;
import java.util.List;

/** Counts the requests of a client by what became of them, under the name that client-go gave it. */
final class ApiRequestMetrics implements Interceptor {
    private final MeterRegistry registry;

    ApiRequestMetrics(MeterRegistry registry) {
        this.registry = registry;
    }

    @Override
    public void after(HttpRequest request, HttpResponse<?> response, AsyncBody.Consumer<List<ByteBuffer>> consumer) {
        count(request, String.valueOf(response.code()));
    }

    @Override
    public void afterConnectionFailure(HttpRequest request, Throwable failure) {
        count(request, "<error>");
    }

    private void count(HttpRequest request, String code) {
        Counter.builder("rest.client.requests")
                .description("Requests to the API server, by method and status code; <error> where none came")
                .tag("method", request.method())
                .tag("code", code)
                .register(registry)
                .increment();
    }
}
