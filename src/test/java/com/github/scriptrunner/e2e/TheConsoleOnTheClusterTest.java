package com.github.scriptrunner.e2e;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.behaviour.Runner;
import com.github.scriptrunner.behaviour.SharedCluster;
import com.github.scriptrunner.console.Browser;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** The console as docs/operating.md brings it into a cluster: a component, a Secret, a forwarded port, a browser. */
@ExtendWith(SharedCluster.class)
@Isolated
@Tag("cluster")
@Timeout(300)
class TheConsoleOnTheClusterTest {
    private static final Pattern FORWARDED = Pattern.compile("Forwarding from 127.0.0.1:([0-9]+)");

    @TempDir
    private Path folder;

    @Test
    void isSeenInABrowserByWhoMayForwardAPortAndKnowsThePassword() throws Exception {
        Shell.kubectl(
                        "create",
                        "secret",
                        "generic",
                        "scriptrunner-console",
                        "-n",
                        "scriptrunner-system",
                        "--from-literal=password=of-the-test")
                .succeeds();
        try (Overlay overlay = Overlay.in(folder)) {
            overlay.write(
                    "mine/kustomization.yaml", Documented.kustomization("docs/operating.md", "components/console"));
            overlay.apply("mine");
            Overlay.awaitOperator();
            Path said = folder.resolve("port-forward");
            Process forward = new ProcessBuilder(
                            "kubectl",
                            "--kubeconfig",
                            System.getenv("E2E_KUBECONFIG"),
                            "port-forward",
                            "-n",
                            "scriptrunner-system",
                            "deployment/scriptrunner-operator",
                            ":8778")
                    .redirectErrorStream(true)
                    .redirectOutput(said.toFile())
                    .start();
            try (Browser browser = Browser.start(folder.resolve("driver"))) {
                await().atMost(Runner.PATIENCE)
                        .untilAsserted(() -> assertThat(Files.readString(said)).containsPattern(FORWARDED));
                Matcher port = FORWARDED.matcher(Files.readString(said));
                assertThat(port.find()).isTrue();
                String console = "localhost:" + port.group(1) + "/hawtio/";

                assertThat(status("http://" + console)).isEqualTo(401);
                browser.open(URI.create("http://admin:of-the-test@" + console));
                // from now on the browser knows; a page whose address has a password may ask for nothing more
                browser.open(URI.create("http://" + console));

                await().atMost(Duration.ofMinutes(1))
                        .untilAsserted(
                                () -> assertThat(browser.text()).contains("scriptrunner-operator", "reconcile-runner"));
                browser.screenshot(Path.of("target/screenshots/on-the-cluster.png"));
            } finally {
                forward.destroy();
            }
        } finally {
            Shell.kubectl("delete", "secret", "scriptrunner-console", "-n", "scriptrunner-system")
                    .succeeds();
        }
    }

    private static int status(String address) throws Exception {
        return HttpClient.newHttpClient()
                .send(HttpRequest.newBuilder(URI.create(address)).build(), BodyHandlers.discarding())
                .statusCode();
    }
}
