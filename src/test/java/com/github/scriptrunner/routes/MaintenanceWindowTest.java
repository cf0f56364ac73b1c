package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.domain.Observed;
import com.github.scriptrunner.domain.ObservedPod;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.LocalTime;
import java.time.ZoneOffset;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.SimpleTimeZone;
import java.util.TimeZone;
import org.apache.camel.CamelContext;
import org.apache.camel.builder.AdviceWith;
import org.apache.camel.impl.DefaultCamelContext;
import org.apache.camel.support.PluginHelper;
import org.apache.camel.support.ResourceHelper;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The example of {@code examples/routes}, at any time of the day: its clock is set by the time zone. */
class MaintenanceWindowTest {
    private static final Path ROUTE = Path.of("examples/routes/only-in-a-maintenance-window/reconcile-runner.yaml");

    private final TimeZone zone = TimeZone.getDefault();

    @AfterEach
    void setTheClockBack() {
        TimeZone.setDefault(zone);
    }

    @ParameterizedTest(name = "from {0} to {1} it is {3} at half past {2}")
    @CsvSource({
        "0900, 1700,  8, shut",
        "0900, 1700,  9, open",
        "0900, 1700, 16, open",
        "0900, 1700, 17, shut",
        "2200, 0600, 21, shut",
        "2200, 0600, 22, open",
        "2200, 0600,  0, open",
        "2200, 0600,  5, open",
        "2200, 0600,  6, shut",
        "0000, 2400, 23, open"
    })
    void theWindowIsOpenFromItsBeginToItsEnd(String begins, String ends, int hour, String expected) throws Exception {
        assertThat(goesOn(begins, ends, hour, List.of())).isEqualTo(expected.equals("open"));
    }

    @Test
    void whatHasPodsGoesOnOutsideOfIt() throws Exception {
        assertThat(goesOn("0900", "1700", 20, List.of(Samples.pod("hello-1")))).isTrue();
    }

    private static boolean goesOn(String begins, String ends, int hour, List<ObservedPod> pods) throws Exception {
        LocalTime wanted = LocalTime.of(hour, 30);
        long ahead = ChronoUnit.MILLIS.between(LocalTime.now(ZoneOffset.UTC), wanted);
        TimeZone.setDefault(new SimpleTimeZone((int) ahead, "half past " + hour));
        Properties window = new Properties();
        window.putAll(Map.of(
                "maintenance.begins", begins,
                "maintenance.ends", ends,
                "scriptrunner.workers", "1",
                "scriptrunner.interval", "1s",
                "scriptrunner.stuckAfter", "5m"));
        try (CamelContext context = new DefaultCamelContext()) {
            context.getPropertiesComponent().setOverrideProperties(window);
            PluginHelper.getRoutesLoader(context)
                    .loadRoutes(ResourceHelper.fromString(ROUTE.getFileName().toString(), Files.readString(ROUTE)));
            AdviceWith.adviceWith(context, "reconcile-runner", route -> {
                route.replaceFromWith("direct:due");
                route.weaveById("observe").remove();
                route.weaveById("plan").remove();
                route.weaveById("collect")
                        .replace()
                        .setBody()
                        .constant("goes on")
                        .stop();
            });
            context.start();
            Observed observed = new Observed("ops/hello", null, null, null, pods, Map.of(), null, List.of());
            return context.createProducerTemplate()
                    .requestBody("direct:due", observed)
                    .equals("goes on");
        }
    }
}
