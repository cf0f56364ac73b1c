package com.github.scriptrunner;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.spi.LoggingEvent;
import ch.qos.logback.core.ConsoleAppender;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.domain.RecordedResult;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.builder.RouteBuilder;
import org.apache.camel.impl.DefaultCamelContext;
import org.junit.jupiter.api.Test;
import org.slf4j.MDC;

class LogFormatTest {
    private static final RecordedResult RESULT = new RecordedResult(
            "ops", "hello", "n1", RunResult.of(2, 1, Outcome.Lost, "why", null, Instant.EPOCH, "hello-pod"));

    @Test
    void aStepKnowsOfWhichRunnerNodeRunAndPodItIs() throws Exception {
        Map<String, String> inStep = new HashMap<>();
        try (DefaultCamelContext context = new DefaultCamelContext()) {
            context.getCamelContextExtension().addInterceptStrategy(new LogFields());
            context.addRoutes(new RouteBuilder() {
                @Override
                public void configure() {
                    from("direct:in").process(exchange -> inStep.putAll(MDC.getCopyOfContextMap()));
                }
            });
            context.start();

            context.createProducerTemplate().sendBody("direct:in", RESULT);
        }

        assertThat(inStep)
                .containsExactlyInAnyOrderEntriesOf(
                        Map.of("runner", "ops/hello", "node", "n1", "run", "2", "pod", "hello-pod"));
        assertThat(MDC.get("runner")).as("after the step").isNull();
    }

    @Test
    void asJsonALineIsAnObjectWithItsFields() throws Exception {
        JsonNode line = new ObjectMapper().readTree(line("json"));

        assertThat(line.path("formattedMessage").asText()).isEqualTo("a \"message\"");
        assertThat(line.path("level").asText()).isEqualTo("WARN");
        assertThat(line.path("mdc").path("runner").asText()).isEqualTo("ops/hello");
    }

    @Test
    void asTextALineIsForPeople() {
        assertThat(line("text")).matches("\\S+Z WARN  c.g.s.Something - a \"message\"\\R");
    }

    /** What the console would show of a warning. */
    private static String line(String format) {
        LoggerContext context = new LoggerContext();
        LogConfiguration.toConsole(context, format);
        Logger root = context.getLogger(Logger.ROOT_LOGGER_NAME);
        ConsoleAppender<ILoggingEvent> console = (ConsoleAppender<ILoggingEvent>) root.getAppender("console");
        LoggingEvent event = new LoggingEvent(
                "", context.getLogger("com.github.scriptrunner.Something"), Level.WARN, "a \"message\"", null, null);
        event.setMDCPropertyMap(Map.of("runner", "ops/hello"));
        return new String(console.getEncoder().encode(event), StandardCharsets.UTF_8);
    }
}
