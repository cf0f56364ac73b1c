package com.github.scriptrunner.camel.informer;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.camel.informer.SelfHealingInformer.Status;
import java.time.Duration;
import java.util.Optional;
import org.apache.camel.health.HealthCheck;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InformerHealthCheckTest {
    @ParameterizedTest(name = "synced {0}, without a watch for {1} s, last failure {2}: {3} {4}")
    @CsvSource(
            nullValues = "-",
            value = {
                "true,  -,  -,         UP,   -",
                "true,  4,  -,         UP,   -",
                "true,  6,  -,         DOWN, There is no watch",
                "true,  6,  forbidden, DOWN, There is no watch: forbidden",
                "false, 0,  -,         DOWN, The first list has not arrived",
                "false, 60, forbidden, DOWN, The first list has not arrived: forbidden",
            })
    void itIsUpWithAListAndAWatch(
            boolean synced, Integer deadSeconds, String failure, HealthCheck.State state, String message)
            throws Exception {
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            InformerHealthCheck check = new InformerHealthCheck(
                    "pods",
                    () -> new Status(
                            synced,
                            Optional.ofNullable(deadSeconds).map(Duration::ofSeconds),
                            Optional.ofNullable(failure)));
            check.setCamelContext(context);

            HealthCheck.Result result = check.call();

            assertThat(result.getState()).isEqualTo(state);
            assertThat(result.getMessage()).isEqualTo(Optional.ofNullable(message));
        }
    }
}
