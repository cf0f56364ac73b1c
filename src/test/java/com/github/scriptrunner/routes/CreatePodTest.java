package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class CreatePodTest extends OneRoute {
    CreatePodTest() {
        super("create-pod");
    }

    @Test
    void aPodIsCreatedAfterTheScriptThatItMounts() {
        send(Samples.start("hello-1"));

        assertThat(api.lines())
                .filteredOn(line -> line.startsWith("POST"))
                .containsExactly("POST /api/v1/namespaces/ops/configmaps", "POST /api/v1/namespaces/ops/pods");
        assertThat(api.requests())
                .last()
                .satisfies(request -> assertThat(request.body()).contains("\"name\":\"hello-1\""));
    }
}
