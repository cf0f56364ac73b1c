package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.RunResult;
import org.junit.jupiter.api.Test;

class ReadResultTest extends OneRoute {
    ReadResultTest() {
        super("read-result");
    }

    @Test
    void aFinishedPodBecomesItsResult() {
        RunResult result = (RunResult) send(Samples.ended("hello-1", 0, Samples.MESSAGE));

        assertThat(result.podName()).isEqualTo("hello-1");
        assertThat(result.outcome()).isEqualTo(Outcome.Succeeded);
        assertThat(result.stdout()).isEqualTo("said");
    }
}
