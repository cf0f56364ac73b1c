package com.github.scriptrunner;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.http.Answers;
import com.sun.net.httpserver.Headers;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OperatorTest {
    private static Properties withoutRoutes(int port) {
        Properties settings = new Properties();
        settings.setProperty("scriptrunner.port", Integer.toString(port));
        settings.setProperty("camel.main.name", "operator-without-routes");
        settings.setProperty("camel.main.routesIncludePattern", "classpath:no-routes/*");
        return settings;
    }

    @Test
    void healthIsServedOnThePortThatWasAskedFor() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }

        try (Operator operator = Operator.start(Config.empty(), withoutRoutes(port))) {
            assertThat(operator.port()).isEqualTo(port);
        }
    }

    /** Who would rather speak HTTP/2 says so in its first request where there is no TLS. */
    @Test
    void theApiServerIsAskedByHttp11() throws Exception {
        CompletableFuture<Headers> first = new CompletableFuture<>();
        HttpServer api = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        api.createContext("/", exchange -> {
            first.complete(exchange.getRequestHeaders());
            Answers.refuse(exchange, 404, "an empty API");
        });
        api.start();
        Config cluster = Config.empty();
        cluster.setMasterUrl("http://127.0.0.1:" + api.getAddress().getPort());

        try (Operator unused = Operator.start(cluster, withoutRoutes(0))) {
            assertThat(first.get(10, TimeUnit.SECONDS)).doesNotContainKey("Http2-settings");
        } finally {
            api.stop(0);
        }
    }

    @Test
    void aConsoleThatIsOffLeavesNoMBeanAndLoadsNothing(@TempDir Path directory) throws Exception {
        Path loaded = directory.resolve("loaded");
        ProcessBuilder start = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Xlog:class+load:file=" + loaded,
                        "-Dcamel.main.routesIncludePattern=classpath:com/github/scriptrunner/console/route.yaml",
                        "-Dcamel.main.durationMaxSeconds=1",
                        "-cp",
                        System.getProperty("java.class.path"),
                        Operator.class.getName())
                .redirectErrorStream(true)
                .redirectOutput(directory.resolve("said").toFile());
        start.environment().put("SCRIPTRUNNER_PORT", "0");

        Process operator = start.start();
        boolean ended = operator.waitFor(60, TimeUnit.SECONDS);
        operator.destroyForcibly();

        assertThat(ended).isTrue();
        assertThat(operator.exitValue())
                .as(Files.readString(directory.resolve("said")))
                .isZero();
        assertThat(Files.readString(loaded))
                // it did run
                .contains("com.github.scriptrunner.camel.workqueue.WorkQueueConsumer ")
                .doesNotContain(
                        "com.github.scriptrunner.console.", "org.jolokia.", "org.apache.camel.management.mbean.");
    }
}
