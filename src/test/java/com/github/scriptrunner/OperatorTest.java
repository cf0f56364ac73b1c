package com.github.scriptrunner;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.client.Config;
import java.net.ServerSocket;
import java.util.Properties;
import org.junit.jupiter.api.Test;

class OperatorTest {
    @Test
    void healthIsServedOnThePortThatWasAskedFor() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Properties settings = new Properties();
        settings.setProperty("scriptrunner.port", Integer.toString(port));
        settings.setProperty("camel.main.name", "operator-on-a-port");
        settings.setProperty("camel.main.routesIncludePattern", "classpath:no-routes/*");

        try (Operator operator = Operator.start(Config.empty(), settings)) {
            assertThat(operator.port()).isEqualTo(port);
        }
    }
}
