package com.github.scriptrunner.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.scriptrunner.http.Answers;
import com.sun.net.httpserver.HttpServer;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.io.File;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.regex.MatchResult;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.assertj.core.api.ThrowingConsumer;
import org.awaitility.core.ThrowingRunnable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code ./playground --console} as a person sees it; pictures are in {@code target/screenshots}. */
@Tag("browser")
class ConsoleInBrowserTest {
    private static final Path SCREENSHOTS = Path.of("target/screenshots");
    private static final Duration PATIENCE = Duration.ofMinutes(1);

    /** Its key stays in the queue, for the hour to come. */
    private static final String RUNNER = """
            apiVersion: scriptrunner.github.com/v1alpha1
            kind: ScriptRunner
            metadata: {name: %s}
            spec: {script: print(1), initialDelaySeconds: %d}
            """;

    @TempDir
    private static Path directory;

    private static Process playground;
    private static KubernetesClient client;
    private static URI console;
    private static Browser browser;
    /** Serves an empty page, to whatever name. */
    private static HttpServer elsewhere;

    @BeforeAll
    static void start() throws Exception {
        Path said = directory.resolve("playground");
        playground = new ProcessBuilder(
                        Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                        "-XX:TieredStopAtLevel=1",
                        "-Dplayground.home=" + Path.of("").toAbsolutePath(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        "com.github.scriptrunner.playground.Playground",
                        "--console")
                .redirectErrorStream(true)
                .redirectOutput(said.toFile())
                .start();
        String kubeconfig = awaitSaid(said, "export KUBECONFIG=(.*)");
        console = URI.create(awaitSaid(said, "The operator's console: (.*)"));
        client = new KubernetesClientBuilder()
                .withConfig(Config.fromKubeconfig(new File(kubeconfig)))
                .build();
        elsewhere = HttpServer.create(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0), 0);
        elsewhere.createContext("/", exchange -> Answers.refuse(exchange, 200, "a page"));
        elsewhere.start();
        browser = Browser.start(directory.resolve("driver"), "--host-resolver-rules=MAP *.example 127.0.0.1");
    }

    /** What the group of this pattern is in what it said. */
    private static String awaitSaid(Path file, String line) throws IOException {
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(Files.readString(file)).containsPattern(line));
        Matcher found = Pattern.compile(line).matcher(Files.readString(file));
        assertThat(found.find()).isTrue();
        return found.group(1);
    }

    @AfterAll
    static void stop() throws Exception {
        try (AutoCloseable first = browser;
                AutoCloseable second = client) {
            elsewhere.stop(0);
        } finally {
            playground.destroy();
            playground.waitFor(10, TimeUnit.SECONDS);
        }
    }

    @BeforeEach
    void openConsole() throws Exception {
        browser.open(console);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(browser.text()).contains("scriptrunner-operator", "watch-pods"));
    }

    /** Hawtio shows a note for what the policy does not allow it. */
    @AfterEach
    void lookForNotes() throws Exception {
        assertThat(browser.run("return [...document.querySelectorAll('.pf-v6-c-alert')].map(note => note.innerText)"))
                .isEmpty();
    }

    @Test
    void theRoutesCountWhileOneLooks() throws Exception {
        showTab("Routes", () -> assertThat(table("Name", "Total")).containsEntry("watch-nodes", "3"));
        int before = published();

        create("counted", 0);

        await().atMost(PATIENCE).until(() -> published() >= before + 3);
        assertThat(table("Name", "State").values()).hasSizeGreaterThan(12).containsOnly("Started");
        assertThat(table("Name", "Failed").values()).containsOnly("0");
        assertThat(table("Name", "Handled")).containsEntry("read-result", "0");
        browser.screenshot(SCREENSHOTS.resolve("routes.png"));
    }

    @Test
    void aRouteIsDrawnWithItsCounters() throws Exception {
        create("drawn", 0);

        select("reconcile-runner");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(nodes())
                        .hasEntrySatisfying("plan", passed -> assertThat(passed).isPositive())
                        .hasEntrySatisfying(
                                "then-act", passed -> assertThat(passed).isPositive())
                        .containsKeys("observe", "collect", "write"));
        browser.screenshot(SCREENSHOTS.resolve("diagram.png"));
    }

    @Test
    void aRouteShowsItsSource() throws Exception {
        select("reconcile-runner");

        showTab(
                "Source",
                () -> assertThat(browser.text().replace('\u00a0', ' '))
                        .contains("id=\"reconcile-runner\"", "workqueue:runners", "uri=\"direct:act\""));
        browser.screenshot(SCREENSHOTS.resolve("source.png"));
    }

    @Test
    void theQueueAndTheInformersSayHowTheyAre() throws Exception {
        create("an-hour-from-now", 3600);

        assertAttributes("workqueue://runners", attributes -> {
            assertThat(attributes)
                    .containsEntry("Name", "runners")
                    .containsEntry("Processing", "0")
                    .containsEntry("Retrying", "0")
                    .containsEntry("OldestKey", "null")
                    .containsEntry("OldestAgeSeconds", "0");
            assertThat(Integer.parseInt(attributes.get("Waiting"))).isPositive();
            assertThat(attributes).containsEntry("Depth", attributes.get("Waiting"));
        });
        browser.screenshot(SCREENSHOTS.resolve("queue.png"));
        assertAttributes(
                "informer://nodes",
                attributes -> assertThat(attributes)
                        .containsEntry("Plural", "nodes")
                        .containsEntry("Objects", "3")
                        .containsEntry("Synced", "true")
                        .containsEntry("Watching", "true")
                        .containsEntry("SecondsWithoutWatch", "0")
                        .containsEntry("LastFailure", "null"));
        browser.screenshot(SCREENSHOTS.resolve("informer.png"));
        assertAttributes(
                "informer://scriptrunners",
                attributes ->
                        assertThat(Integer.parseInt(attributes.get("Objects"))).isPositive());
    }

    @Test
    void aRouteIsStoppedAndStartedAgain() throws Exception {
        showTab("Routes", () -> assertThat(table("Name", "State")).containsEntry("tell-event", "Started"));

        press("tell-event", "Stop");

        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(table("Name", "State")).containsEntry("tell-event", "Stopped"));
        browser.screenshot(SCREENSHOTS.resolve("stopped.png"));
        press("tell-event", "Start");
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(table("Name", "State")).containsEntry("tell-event", "Started"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"http://127.0.0.1:%d/", "http://localhost:%d/", "http://evil.example:%d/"})
    void aPageOfAnotherOriginGetsNothing(String page) throws Exception {
        browser.open(URI.create(page.formatted(elsewhere.getAddress().getPort())));

        JsonNode came = browser.run(
                """
                const [console, stop] = arguments;
                const jolokia = console + 'jolokia';
                const read = (url, how) => fetch(url, how).then(answer => answer.text()).catch(() => '');
                const loaded = (tag, url) => new Promise(resolve => {
                  const element = document.createElement(tag);
                  element.onload = () => resolve(tag === 'iframe' ? String(element.contentDocument) : 'loaded');
                  element.onerror = () => resolve('');
                  element.src = url;
                  document.body.append(element);
                });
                const sent = () => new Promise(resolve => {
                  const frame = document.createElement('iframe');
                  frame.name = 'answer';
                  document.body.append(frame);
                  const form = document.createElement('form');
                  Object.assign(form, {method: 'post', action: jolokia, target: 'answer', enctype: 'text/plain'});
                  const field = document.createElement('input');
                  Object.assign(field, {name: stop.slice(0, -1) + ',"x":"', value: '"}'});
                  form.append(field);
                  document.body.append(form);
                  frame.onload = () => resolve(String(frame.contentDocument));
                  form.submit();
                });
                return Promise.all([
                  read(console), read(console + 'user'), read(jolokia, {method: 'POST', body: stop}),
                  read(jolokia, {method: 'POST', body: stop, headers: {'Content-Type': 'application/json'}}),
                  read(jolokia, {method: 'POST', body: stop, mode: 'no-cors', credentials: 'include'}),
                  loaded('script', console + 'hawtconfig.json'), loaded('img', console + 'favicon.ico'),
                  loaded('iframe', console), sent()]);
                """,
                console.toString(),
                "{\"type\":\"exec\",\"mbean\":\"org.apache.camel:context=scriptrunner-operator,type=routes,"
                        + "name=\\\"read-result\\\"\",\"operation\":\"stop()\"}");

        assertThat(came).hasSize(9).allSatisfy(one -> assertThat(one.asText()).isIn("", "null"));
        browser.run("location.href = arguments[0]", console.toString());
        await().atMost(PATIENCE)
                .untilAsserted(
                        () -> assertThat(browser.text()).contains("Came here by a link? Type the address instead."));
        openConsole();
        showTab("Routes", () -> assertThat(table("Name", "State")).containsEntry("read-result", "Started"));
    }

    @Test
    void anotherNameOfThisMachineGetsNothing() throws Exception {
        browser.open(URI.create("http://rebound.example:" + console.getPort() + "/hawtio/"));

        assertThat(browser.text().strip()).isEqualTo("This console answers to localhost and 127.0.0.1 alone.");
    }

    private static int published() throws IOException, InterruptedException {
        return Integer.parseInt(table("Name", "Total").get("publish-result"));
    }

    private static void create(String name, int initialDelaySeconds) {
        client.resource(RUNNER.formatted(name, initialDelaySeconds))
                .inNamespace("default")
                .create();
    }

    /** Clicks on what says just this, as soon as it is there. */
    private static void click(String selector, String text) {
        await().atMost(PATIENCE).until(() -> browser.run("""
                                const found = [...document.querySelectorAll(arguments[0])]
                                    .find(each => each.innerText.trim() === arguments[1]);
                                found?.click();
                                return found !== undefined;
                                """, selector, text).asBoolean());
    }

    /** Clicks again while it is not so: the console goes to the first tab when it has loaded one, whatever was clicked meanwhile. */
    private static void showTab(String name, ThrowingRunnable shown) {
        await().atMost(PATIENCE).pollInterval(Duration.ofSeconds(1)).untilAsserted(() -> {
            click("a", name);
            shown.run();
        });
    }

    /** In the tree on the left. */
    private static void select(String name) {
        click(".pf-v6-c-tree-view__node", name);
        await().atMost(PATIENCE)
                .untilAsserted(() -> assertThat(browser.run(
                                "return [...document.querySelectorAll('h1')].map(title => title.innerText)"))
                        .anySatisfy(title -> assertThat(title.asText()).isEqualTo(name)));
    }

    /** A button above the table of routes, for one of them. */
    private static void press(String route, String button) throws Exception {
        browser.run("""
                const box = [...document.querySelectorAll('table tr')]
                    .find(row => row.innerText.trim().startsWith(arguments[0])).querySelector('input');
                if (!box.checked) {
                  box.click();
                }
                """, route);
        click("button:enabled", button);
    }

    private static void assertAttributes(String mbean, ThrowingConsumer<Map<String, String>> assertions) {
        await().atMost(PATIENCE).untilAsserted(() -> {
            // asks anew
            select("endpoints");
            select(mbean);
            assertThat(table("Attribute", "Value")).isNotEmpty().satisfies(assertions);
        });
    }

    /** Two columns of the table on the page; empty while there is none. */
    private static Map<String, String> table(String key, String value) throws IOException, InterruptedException {
        JsonNode rows = browser.run("""
                const rows = [...document.querySelectorAll('table tr')].map(row => [...row.cells].map(cell => cell.innerText.trim()));
                const [key, value] = [...arguments].map(name => rows[0]?.indexOf(name));
                return rows.slice(1).map(row => [row[key], row[value]]);
                """, key, value);
        Map<String, String> cells = new TreeMap<>();
        rows.forEach(row -> cells.put(row.path(0).asText(), row.path(1).asText()));
        return cells;
    }

    /** How many exchanges passed each step of the diagram, by its id. */
    private static Map<String, Integer> nodes() throws IOException, InterruptedException {
        Map<String, Integer> passed = new TreeMap<>();
        for (JsonNode node :
                browser.run("return [...document.querySelectorAll('.react-flow__node')].map(node => node.innerText)")) {
            MatchResult last = Pattern.compile("(\\d+)\\s+\\D.*\\(ID:\\s*([\\w-]+)\\)", Pattern.DOTALL)
                    .matcher(node.asText())
                    .results()
                    .findFirst()
                    .orElse(null);
            if (last != null) {
                passed.put(last.group(2), Integer.parseInt(last.group(1)));
            }
        }
        return passed;
    }
}
