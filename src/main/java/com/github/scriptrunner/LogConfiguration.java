package com.github.scriptrunner;

import ch.qos.logback.classic.Level;
import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.LoggerContext;
import ch.qos.logback.classic.encoder.JsonEncoder;
import ch.qos.logback.classic.encoder.PatternLayoutEncoder;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.classic.util.DefaultJoranConfigurator;
import ch.qos.logback.core.ConsoleAppender;
import ch.qos.logback.core.encoder.EncoderBase;
import java.util.Map;

/**
 * What the operator says and how, where no {@code logback.xml} says it: reading one takes a tenth of the time in which the operator is
 * ready. Found by Logback through {@code META-INF/services}.
 */
public final class LogConfiguration extends DefaultJoranConfigurator {
    private static final Map<String, Level> LEVELS = Map.of(
            Logger.ROOT_LOGGER_NAME,
            Level.INFO,
            "org.apache.camel",
            Level.WARN,
            // what keeps it from starting is said once, by Operator
            "org.apache.camel.impl.engine.AbstractCamelContext",
            Level.OFF,
            "io.fabric8",
            Level.WARN,
            // where examples/extra brought it: a hundred lines of settings
            "org.apache.kafka",
            Level.WARN,
            // our informer says the same in one line
            "io.fabric8.kubernetes.client.informers.impl.cache.Reflector",
            Level.OFF);

    @Override
    public ExecutionStatus configure(LoggerContext logs) {
        ExecutionStatus byFile = super.configure(logs);
        if (byFile != ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY) {
            toConsole(logs, System.getenv().getOrDefault("SCRIPTRUNNER_LOG_FORMAT", "text"));
        }
        return ExecutionStatus.DO_NOT_INVOKE_NEXT_IF_ANY;
    }

    /** @param format {@code text} or {@code json} */
    static void toConsole(LoggerContext logs, String format) {
        LEVELS.forEach((logger, level) -> logs.getLogger(logger).setLevel(level));
        EncoderBase<ILoggingEvent> encoder = format.equals("json") ? json() : text();
        encoder.setContext(logs);
        encoder.start();
        ConsoleAppender<ILoggingEvent> console = new ConsoleAppender<>();
        console.setContext(logs);
        console.setName("console");
        console.setEncoder(encoder);
        console.start();
        logs.getLogger(Logger.ROOT_LOGGER_NAME).addAppender(console);
    }

    private static EncoderBase<ILoggingEvent> text() {
        PatternLayoutEncoder encoder = new PatternLayoutEncoder();
        encoder.setPattern("%d{yyyy-MM-dd'T'HH:mm:ss.SSSXXX, UTC} %-5level %logger{20} - %msg%n%ex{short}");
        return encoder;
    }

    /** One object a line; runner, node, run and pod stand in its mdc. */
    private static EncoderBase<ILoggingEvent> json() {
        JsonEncoder encoder = new JsonEncoder();
        encoder.setWithFormattedMessage(true);
        encoder.setWithMessage(false);
        encoder.setWithArguments(false);
        encoder.setWithSequenceNumber(false);
        encoder.setWithNanoseconds(false);
        encoder.setWithContext(false);
        return encoder;
    }
}
