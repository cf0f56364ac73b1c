package com.github.scriptrunner.console;

import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** Headless Chromium, by W3C's WebDriver protocol: four of its commands, where Selenium would bring 40 jars. */
public final class Browser implements AutoCloseable {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern STARTED = Pattern.compile("started successfully on port ([0-9]+)");

    private final HttpClient http = HttpClient.newHttpClient();
    private final Process driver;
    private URI session;

    private Browser(Process driver) {
        this.driver = driver;
    }

    /**
     * Starts it, with an empty page.
     *
     * @param log of the driver
     * @param arguments of Chromium
     */
    public static Browser start(Path log, String... arguments) throws Exception {
        Browser browser = new Browser(driver(log));
        try {
            URI driver = await().atMost(Duration.ofMinutes(1))
                    .until(
                            () -> STARTED.matcher(Files.readString(log))
                                    .results()
                                    .map(found -> URI.create("http://127.0.0.1:" + found.group(1) + "/session"))
                                    .findFirst(),
                            Optional::isPresent)
                    .orElseThrow();
            browser.session = driver;
            List<String> all = Stream.concat(
                            // no sandbox, because it refuses to be root; the driver's default of /dev/shm is small in a
                            // container
                            Stream.of(
                                    "--headless=new",
                                    "--no-sandbox",
                                    "--disable-dev-shm-usage",
                                    "--window-size=1400,900"),
                            Stream.of(arguments))
                    .toList();
            JsonNode opened = browser.ask(
                    "POST",
                    "",
                    Map.of("capabilities", Map.of("alwaysMatch", Map.of("goog:chromeOptions", Map.of("args", all)))));
            browser.session = URI.create(driver + "/" + opened.path("sessionId").asText());
            return browser;
        } catch (Throwable e) {
            browser.driver.destroy();
            throw e;
        }
    }

    private static Process driver(Path log) throws IOException {
        try {
            return new ProcessBuilder("chromedriver", "--port=0")
                    .redirectErrorStream(true)
                    .redirectOutput(log.toFile())
                    .start();
        } catch (IOException e) {
            throw new IOException("This test needs Chromium: apt-get install chromium chromium-driver", e);
        }
    }

    public void open(URI page) throws IOException, InterruptedException {
        ask("POST", "/url", Map.of("url", page.toString()));
    }

    /** What this function's body returns; of a promise, what comes of it. */
    public JsonNode run(String script, Object... arguments) throws IOException, InterruptedException {
        return ask("POST", "/execute/sync", Map.of("script", script, "args", List.of(arguments)));
    }

    /** What a person reads. */
    public String text() throws IOException, InterruptedException {
        return run("return document.body.innerText").asText();
    }

    public void screenshot(Path file) throws IOException, InterruptedException {
        Files.createDirectories(file.getParent());
        Files.write(
                file, Base64.getDecoder().decode(ask("GET", "/screenshot", null).asText()));
    }

    private JsonNode ask(String method, String command, Map<String, ?> body) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(URI.create(session + command))
                .timeout(Duration.ofMinutes(1))
                .method(
                        method,
                        body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(JSON.writeValueAsString(body)))
                .build();
        JsonNode value = JSON.readTree(
                        http.send(request, BodyHandlers.ofString()).body())
                .path("value");
        if (value.has("error")) {
            throw new IOException(
                    value.path("error").asText() + ": " + value.path("message").asText());
        }
        return value;
    }

    /** Ends Chromium too. */
    @Override
    public void close() throws IOException, InterruptedException {
        try {
            ask("DELETE", "", null);
        } finally {
            driver.destroy();
            driver.waitFor(10, TimeUnit.SECONDS);
        }
    }
}
