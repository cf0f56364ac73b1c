package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class DeletePodTest extends OneRoute {
    DeletePodTest() {
        super("delete-pod");
    }

    @Test
    void aPodIsDeletedByItsName() {
        send(Samples.pod("hello-1"));

        assertThat(api.lines()).containsExactly("DELETE /api/v1/namespaces/ops/pods/hello-1");
    }
}
