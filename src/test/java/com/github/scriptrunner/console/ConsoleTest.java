package com.github.scriptrunner.console;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.github.scriptrunner.Operator;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.management.ManagementFactory;
import java.lang.reflect.Method;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Base64;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.Set;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.management.ObjectName;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is tried on the console of an operator; docs/security.md lists it. */
class ConsoleTest {
    private static final String PASSWORD = "correct horse";
    private static final String SECRET_PROPERTY = "secret-of-a-system-property";
    private static final String JOLOKIA = "/hawtio/jolokia";
    private static final String VERSION = "{\"type\":\"version\"}";
    private static final String NO_BODY = "";
    private static final Map<String, String> NO_HEADERS = Map.of();
    private static final Map<String, String> LOGGED_IN = Map.of("Authorization", basic("admin:" + PASSWORD));

    /** Asks for no password, and allows looking on. */
    private static Operator open;

    /** Asks for one, and lets routes be started and stopped. */
    private static Operator guarded;

    /** Those that docs/security.md may name. */
    private static final Set<String> TESTS = Stream.of(ConsoleTest.class, ConsoleInBrowserTest.class)
            .flatMap(type -> Stream.of(type.getDeclaredMethods()))
            .filter(method ->
                    method.isAnnotationPresent(Test.class) || method.isAnnotationPresent(ParameterizedTest.class))
            .map(Method::getName)
            .collect(Collectors.toSet());

    @TempDir
    private static Path directory;

    @BeforeAll
    static void start() throws Exception {
        System.setProperty("console.test", SECRET_PROPERTY);
        open = operator("read-only", Map.of());
        guarded = operator("routes", Map.of("scriptrunner.consolePassword", PASSWORD));
    }

    @AfterAll
    static void stop() {
        open.close();
        guarded.close();
        System.clearProperty("console.test");
    }

    private static Operator operator(String console, Map<String, String> more) throws Exception {
        Properties settings = new Properties();
        settings.setProperty("scriptrunner.port", "0");
        settings.setProperty("scriptrunner.console", console);
        settings.setProperty("scriptrunner.consolePort", "0");
        settings.setProperty("camel.main.name", "console-" + console);
        settings.setProperty("camel.main.routesIncludePattern", "classpath:com/github/scriptrunner/console/route.yaml");
        settings.putAll(more);
        return Operator.start(Config.empty(), settings);
    }

    private static String basic(String userAndPassword) {
        return "Basic " + Base64.getEncoder().encodeToString(userAndPassword.getBytes(StandardCharsets.UTF_8));
    }

    private static InetSocketAddress server(Operator operator) {
        return new InetSocketAddress(
                InetAddress.getLoopbackAddress(),
                operator.console().orElseThrow().getPort());
    }

    private static Asked get(String path, Map<String, String> headers) throws IOException {
        return Asked.send(server(open), "GET", path, headers, NO_BODY);
    }

    private static Asked post(String question, Map<String, String> headers) throws IOException {
        return Asked.send(server(open), "POST", JOLOKIA, headers, question);
    }

    private static String exec(String mbean, String operation, String... arguments) {
        String list = Stream.of(arguments).map(ConsoleTest::quoted).collect(Collectors.joining(","));
        return "{\"type\":\"exec\",\"mbean\":%s,\"operation\":%s,\"arguments\":[%s]}"
                .formatted(quoted(mbean), quoted(operation), list);
    }

    private static String read(String mbean) {
        return "{\"type\":\"read\",\"mbean\":%s}".formatted(quoted(mbean));
    }

    /** As Hawtio asks: what is refused is left out. */
    private static String readable(String mbean) {
        return "{\"type\":\"read\",\"mbean\":%s,\"config\":{\"ignoreErrors\":true}}".formatted(quoted(mbean));
    }

    private static String quoted(String text) {
        return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"") + '"';
    }

    private static JsonNode askGuarded(String question) throws IOException {
        return Asked.send(server(guarded), "POST", JOLOKIA, LOGGED_IN, question).json();
    }

    private static String route(String console) {
        return "org.apache.camel:context=console-%s,type=routes,name=\"probe\"".formatted(console);
    }

    private static String state(String console) throws Exception {
        return ManagementFactory.getPlatformMBeanServer()
                .getAttribute(new ObjectName(route(console)), "State")
                .toString();
    }

    private static void assertGivesNothing(Asked asked, int status) {
        assertThat(asked.status()).isEqualTo(status);
        assertThat(asked.body()).doesNotContain("{", "<").hasSizeLessThan(200);
        assertThat(asked.headers()).doesNotContainIgnoringCase("access-control-allow");
    }

    // its own pages

    @ParameterizedTest
    @ValueSource(strings = {"localhost:%d", "127.0.0.1:%d", "localhost:9"})
    void aBrowserOnThisMachineIsServed(String host) throws Exception {
        Map<String, String> headers = Map.of(
                "Host",
                host.formatted(server(open).getPort()),
                "Origin",
                "http://" + host.formatted(server(open).getPort()));

        Asked page = get("/hawtio/", headers);

        assertThat(page.status()).isEqualTo(200);
        assertThat(page.body()).contains("<title>Hawtio</title>");
        assertThat(page.headers())
                .contains("Content-security-policy: default-src 'self'", "frame-ancestors 'none'")
                .contains("X-frame-options: DENY", "X-content-type-options: nosniff", "Referrer-policy: same-origin");
        assertThat(post(VERSION, headers).json().path("value").path("agent").asText())
                .isNotEmpty();
    }

    @ParameterizedTest
    @CsvSource({
        "/, 302",
        "/hawtio, 302",
        "/hawtio/camel/routes, 200",
        "/hawtio/hawtconfig.json, 200",
        "/hawtio/user, 200",
        "/hawtio/auth/config/login, 200"
    })
    void pathsOfHawtioAreAnswered(String path, int status) throws Exception {
        assertThat(get(path, NO_HEADERS).status()).isEqualTo(status);
    }

    @Test
    void aRoutesSourceAndCountersAreToldToWhoLooksOn() throws Exception {
        String question = "[%s,%s]"
                .formatted(
                        exec(
                                "org.apache.camel:context=console-read-only,type=context,name=\"console-read-only\"",
                                "dumpRoutesAsXml()"),
                        readable(route("read-only")));

        JsonNode answers = post(question, NO_HEADERS).json();

        assertThat(answers.path(0).path("value").asText()).contains("<route id=\"probe\"", "workqueue:probe");
        assertThat(answers.path(1).path("value").path("ExchangesTotal").isNumber())
                .isTrue();
    }

    @Test
    void aQueueIsFoundByItsName() throws Exception {
        JsonNode answer = post(
                        read("org.apache.camel:context=console-read-only,type=endpoints,name=\"workqueue://probe\""),
                        NO_HEADERS)
                .json();

        assertThat(answer.path("value").path("Depth").asInt(-1)).isZero();
    }

    // who asks

    @ParameterizedTest
    @ValueSource(
            strings = {
                "evil.example:%d",
                "localhost.evil.example:%d",
                "127.0.0.1.evil.example",
                "evil.example#localhost",
                "10.0.0.1:%d",
                "0.0.0.0:%d",
                "[::1]:%d",
                "localhost"
            })
    void anotherNameOfThisMachineIsRefused(String host) throws Exception {
        Map<String, String> headers = Map.of("Host", host.formatted(server(open).getPort()));

        assertGivesNothing(get("/hawtio/", headers), 403);
        assertGivesNothing(post(VERSION, headers), 403);
    }

    @Test
    void noNameIsRefused() throws Exception {
        Map<String, String> headers = new HashMap<>();
        headers.put("Host", null);

        assertGivesNothing(post(VERSION, headers), 403);
    }

    @ParameterizedTest
    @CsvSource({
        "Origin, http://evil.example",
        "Origin, null",
        "Origin, http://127.0.0.1:1",
        "Origin, http://localhost.evil.example",
        "Sec-Fetch-Site, cross-site",
        "Sec-Fetch-Site, same-site"
    })
    void aPageOfAnotherOriginIsRefused(String header, String value) throws Exception {
        Map<String, String> headers = Map.of(header, value);

        assertGivesNothing(get("/hawtio/", headers), 403);
        assertGivesNothing(get("/hawtio/user", headers), 403);
        assertGivesNothing(post(VERSION, headers), 403);
        assertGivesNothing(Asked.send(server(open), "OPTIONS", JOLOKIA, headers, NO_BODY), 403);
    }

    @Test
    void itListensOnOneAddressOfLoopback() {
        int port = server(open).getPort();

        assertThatThrownBy(() -> new Socket(InetAddress.getByName("127.0.0.2"), port).close())
                .isInstanceOf(ConnectException.class);
    }

    // the password

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/hawtio/",
                "/hawtio/user",
                "/hawtio/hawtconfig.json",
                "/hawtio/jolokia",
                "/hawtio/jolokia/config",
                "/hawtio/jolokia/version"
            })
    void withoutThePasswordNothingIsServed(String path) throws Exception {
        for (String method : List.of("GET", "POST", "OPTIONS")) {
            assertGivesNothing(Asked.send(server(guarded), method, path, NO_HEADERS, VERSION), 401);
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"Basic", "Basic ", "Basic !", "Basic YWRtaW4=", "Bearer x", "admin"})
    void whatIsNoPasswordIsRefused(String authorization) throws Exception {
        assertGivesNothing(
                Asked.send(server(guarded), "GET", "/hawtio/", Map.of("Authorization", authorization), NO_BODY), 401);
        assertThat(askGuarded(VERSION).path("status").asInt()).isEqualTo(200);
    }

    @Test
    void afterFiveWrongPasswordsTheRightOneHasToWait() throws Exception {
        for (String guess : List.of("admin:", "root:" + PASSWORD, "admin:x", "admin:y", "admin:" + PASSWORD + "x")) {
            Asked wrong = Asked.send(server(guarded), "POST", JOLOKIA, Map.of("Authorization", basic(guess)), VERSION);
            assertGivesNothing(wrong, 401);
        }

        Asked right = Asked.send(server(guarded), "POST", JOLOKIA, LOGGED_IN, VERSION);

        assertGivesNothing(right, 429);
        await().untilAsserted(() -> assertThat(Asked.send(server(guarded), "POST", JOLOKIA, LOGGED_IN, VERSION)
                        .status())
                .isEqualTo(200));
    }

    // what may be asked

    @ParameterizedTest
    @CsvSource({
        "GET, /hawtio/jolokia, 403",
        "PUT, /hawtio/jolokia, 403",
        "DELETE, /hawtio/jolokia/, 403",
        "OPTIONS, /hawtio/jolokia, 403",
        "GET, /hawtio/jolokia?callback=steal, 403",
        "GET, /hawtio/jolokia/version?callback=steal, 403",
        "GET, /hawtio/jolokia/read/java.lang:type=Memory, 403",
        "GET, /hawtio/jolokia/exec/java.lang:type=Memory/gc, 403",
        "GET, /hawtio/jolokia/config, 403",
        "POST, /hawtio/jolokia/config, 403",
        "POST, /hawtio/jolokia/version, 403",
        "POST, /hawtio/jolokiaconfig, 403",
        "POST, /hawtio/, 405",
        "POST, /jolokia, 405",
        "GET, /jolokia, 404"
    })
    void aQuestionIsAPostToOnePath(String method, String path, int status) throws Exception {
        assertGivesNothing(Asked.send(server(open), method, path, NO_HEADERS, VERSION), status);
    }

    @ParameterizedTest
    @ValueSource(strings = {"read-only", "routes"})
    void whatThePolicyDoesNotNameIsRefused(String console) throws Exception {
        Path dump = directory.resolve(console + ".hprof");
        String context = "org.apache.camel:context=console-%1$s,type=context,name=\"console-%1$s\"".formatted(console);
        String queue =
                "org.apache.camel:context=console-%s,type=endpoints,name=\"workqueue://probe\"".formatted(console);
        String consumers = "org.apache.camel:context=console-%s,type=consumers,*".formatted(console);
        String write = "{\"type\":\"write\",\"mbean\":%s,\"attribute\":%s,\"value\":%s}";
        List<String> questions = List.of(
                exec("java.lang:type=Memory", "gc"),
                exec("java.lang:type=Threading", "dumpAllThreads(boolean,boolean)", "true", "true"),
                exec("com.sun.management:type=HotSpotDiagnostic", "dumpHeap", dump.toString(), "false"),
                exec("com.sun.management:type=HotSpotDiagnostic", "setVMOption", "HeapDumpOnOutOfMemoryError", "true"),
                exec("com.sun.management:type=DiagnosticCommand", "vmSystemProperties"),
                exec("com.sun.management:type=DiagnosticCommand", "jvmtiAgentLoad", "/tmp/agent.so"),
                exec("java.util.logging:type=Logging", "setLoggerLevel", "", "FINEST"),
                exec("JMImplementation:type=MBeanServerDelegate", "toString"),
                exec(context, "stop"),
                exec(context, "stop()"),
                exec(context, "suspend()"),
                exec(context, "setGlobalOption", "CamelJacksonEnableTypeConverter", "true"),
                exec(context, "dumpRoutesAsXml(boolean)", "true"),
                exec(context, "sendStringBody", "workqueue:probe", "key"),
                exec(context, "createEndpoint", "file:/"),
                exec(route(console), "remove()"),
                exec(route(console), "suspend()"),
                exec(route(console), "updateRouteFromXml(java.lang.String)", "<route/>"),
                exec(queue, "start()"),
                exec(queue, "browseAllMessagesAsXml(java.lang.Boolean)", "true"),
                exec(consumers, "stop()"),
                read("java.util.logging:type=Logging"),
                read("com.sun.management:type=HotSpotDiagnostic"),
                read("JMImplementation:type=MBeanServerDelegate"),
                "{\"type\":\"read\",\"mbean\":\"java.lang:type=Runtime\",\"attribute\":\"SystemProperties\"}",
                "{\"type\":\"read\",\"mbean\":\"java.lang:type=Runtime\",\"attribute\":\"InputArguments\"}",
                "{\"type\":\"read\",\"mbean\":\"java.lang:type=Runtime\",\"attribute\":\"ClassPath\"}",
                write.formatted(quoted(context), "\"Timeout\"", "1"),
                write.formatted(quoted(route(console)), "\"StatisticsEnabled\"", "false"),
                write.formatted("\"java.lang:type=Memory\"", "\"Verbose\"", "true"),
                "{\"type\":\"notification\",\"command\":\"register\"}");
        Operator operator = console.equals("read-only") ? open : guarded;

        JsonNode answers = Asked.send(
                        server(operator), "POST", JOLOKIA, LOGGED_IN, "[" + String.join(",", questions) + "]")
                .json();

        assertThat(answers).hasSize(questions.size());
        for (int i = 0; i < questions.size(); i++) {
            assertThat(answers.get(i).path("status").asInt())
                    .as(questions.get(i) + " gave " + answers.get(i))
                    .isEqualTo(403);
            assertThat(answers.get(i).has("value")).as(questions.get(i)).isFalse();
        }
        assertThat(dump).doesNotExist();
        assertThat(state(console)).isEqualTo("Started");
    }

    @Test
    void oneWhoLooksOnCannotStopARoute() throws Exception {
        for (String operation : List.of("stop", "stop()", "start()", "stop(long)", "restart()", "stopAndFail()")) {
            JsonNode answer =
                    post(exec(route("read-only"), operation), NO_HEADERS).json();
            assertThat(answer.path("status").asInt()).as(operation).isEqualTo(403);
        }
        assertThat(state("read-only")).isEqualTo("Started");
    }

    @Test
    void oneWhoMayStopsAndStartsARoute() throws Exception {
        JsonNode stopped = askGuarded(exec(route("routes"), "stop()"));
        String between = state("routes");
        int ready = health(guarded, "ready");
        int live = health(guarded, "live");
        JsonNode started = askGuarded(exec(route("routes"), "start()"));

        assertThat(stopped.path("status").asInt()).isEqualTo(200);
        assertThat(between).isEqualTo("Stopped");
        assertThat(ready).isEqualTo(503);
        assertThat(live).isEqualTo(200);
        assertThat(started.path("status").asInt()).isEqualTo(200);
        assertThat(state("routes")).isEqualTo("Started");
        assertThat(health(guarded, "ready")).isEqualTo(200);
    }

    private static int health(Operator operator, String question) throws IOException {
        InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), operator.port());
        return Asked.send(server, "GET", "/observe/health/" + question, NO_HEADERS, NO_BODY)
                .status();
    }

    @Test
    void ofSeveralQuestionsInOneEachIsJudged() throws Exception {
        JsonNode answers = post(
                        "[%s,%s,%s]".formatted(VERSION, exec("java.lang:type=Memory", "gc"), VERSION), NO_HEADERS)
                .json();

        assertThat(answers.findValuesAsText("status")).containsExactly("200", "403", "200");
    }

    @Test
    void itAsksNoOtherJvm() throws Exception {
        try (ServerSocket other = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            other.setSoTimeout(500);
            String target = "service:jmx:rmi:///jndi/rmi://127.0.0.1:%d/jmxrmi".formatted(other.getLocalPort());

            JsonNode answer = post(
                            "{\"type\":\"read\",\"mbean\":\"java.lang:type=Runtime\",\"attribute\":\"SystemProperties\","
                                    + "\"target\":{\"url\":" + quoted(target) + "}}",
                            NO_HEADERS)
                    .json();

            assertThat(answer.path("status").asInt()).isGreaterThanOrEqualTo(400);
            assertThat(answer.has("value")).isFalse();
            assertThatThrownBy(() -> other.accept().close()).isInstanceOf(SocketTimeoutException.class);
        }
    }

    @Test
    void nothingThatCanBeReadHasASecret() throws Exception {
        String path = System.getenv("PATH");
        List<String> names = ManagementFactory.getPlatformMBeanServer().queryNames(null, null).stream()
                .map(ObjectName::getCanonicalName)
                .toList();
        assertThat(System.getProperty("console.test")).isEqualTo(SECRET_PROPERTY);
        assertThat(path).isNotBlank();

        StringBuilder everything =
                new StringBuilder(askGuarded("{\"type\":\"list\"}").toString());
        for (String name : names) {
            everything.append(askGuarded(readable(name)));
        }

        // it did read
        assertThat(everything.toString()).contains("ExchangesTotal", "CamelVersion", "HeapMemoryUsage");
        assertThat(everything.toString()).doesNotContain(PASSWORD, SECRET_PROPERTY, path);
    }

    @Test
    void aLongQuestionIsNotRead() throws Exception {
        assertGivesNothing(post(VERSION, Map.of("Content-Length", Integer.toString(256 * 1024 + 1))), 413);
    }

    @Test
    void aQuestionOfUnknownLengthIsNotRead() throws Exception {
        Map<String, String> headers = new HashMap<>(Map.of("Transfer-Encoding", "chunked"));
        headers.put("Content-Length", null);

        Asked asked = post("%x\r\n%s\r\n0\r\n\r\n".formatted(VERSION.length(), VERSION), headers);

        assertGivesNothing(asked, 413);
    }

    @Test
    void aQuestionWithoutOriginIsRefused() throws Exception {
        Map<String, String> headers = new HashMap<>();
        headers.put("Origin", null);

        assertThat(post(VERSION, headers).json().path("status").asInt()).isEqualTo(403);
    }

    // files

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/hawtio/../application.properties",
                "/hawtio/%2e%2e/application.properties",
                "/hawtio/..%2fapplication.properties",
                "/hawtio/%2e%2e%2fapplication.properties",
                "/hawtio/static/../../application.properties",
                "/hawtio/static/%2e%2e/%2e%2e/application.properties",
                "/hawtio//application.properties",
                "/hawtio//etc/passwd.txt",
                "/hawtio/..;/application.properties",
                "/hawtio/..\\application.properties",
                "/hawtio/%5c..%5capplication.properties",
                "/hawtio/index.html%00.js",
                "/hawtio/.././hawtio-static/index.html",
                "/hawtio/application.properties",
                "/hawtio/com/github/scriptrunner/Operator.class",
                "/hawtio-static/index.html",
                "/application.properties",
                "//hawtio/index.html",
                "/hawtiox"
            })
    void onlyFilesOfHawtioAreServed(String path) throws Exception {
        Asked asked = get(path, NO_HEADERS);

        assertThat(asked.status()).isIn(400, 404);
        assertThat(asked.body()).doesNotContain("scriptrunner.image", "root:", "<title>");
    }

    // beside it

    @ParameterizedTest
    @ValueSource(
            strings = {
                "/",
                "/hawtio/",
                "/hawtio/jolokia",
                "/hawtio/jolokia/version",
                "/jolokia",
                "/jolokia/version",
                "/actuator",
                "/observe",
                "/observe/",
                "/observe/jolokia",
                "/observe/../application.properties",
                "/observe/%2e%2e/application.properties",
                "/application.properties",
                "/etc/passwd"
            })
    void thePortOfHealthGivesNothingElse(String path) throws Exception {
        for (String method : List.of("GET", "POST")) {
            Asked asked = Asked.send(
                    new InetSocketAddress(InetAddress.getLoopbackAddress(), open.port()),
                    method,
                    path,
                    NO_HEADERS,
                    NO_BODY);

            assertThat(asked.status()).isEqualTo(404);
        }
    }

    @Test
    void healthAndMetricsTellNoSecret() throws Exception {
        InetSocketAddress server = new InetSocketAddress(InetAddress.getLoopbackAddress(), guarded.port());

        Map<String, String> elsewhere = Map.of("Origin", "http://evil.example", "Sec-Fetch-Site", "cross-site");

        Asked health = Asked.send(server, "GET", "/observe/health", elsewhere, NO_BODY);
        Asked metrics = Asked.send(server, "GET", "/observe/metrics", elsewhere, NO_BODY);

        assertThat(health.body()).contains("\"status\":\"UP\"");
        assertThat(metrics.body()).contains("scriptrunner_results_dropped_total");
        assertThat(health.body() + metrics.body()).doesNotContain(PASSWORD, SECRET_PROPERTY, System.getenv("PATH"));
        assertThat(health.headers() + metrics.headers()).doesNotContainIgnoringCase("access-control-allow");
    }

    // what docs say

    @Test
    void eachRowOfTheTableNamesATest() throws Exception {
        List<String> rows = Files.readAllLines(Path.of("docs/security.md")).stream()
                .dropWhile(line -> !line.equals("## Console"))
                .skip(1)
                .takeWhile(line -> !line.startsWith("## "))
                .filter(line -> line.startsWith("| ") && !line.startsWith("| attempt"))
                .toList();

        assertThat(rows).hasSizeGreaterThan(15).allSatisfy(row -> {
            String lastCell = row.substring(row.lastIndexOf('|', row.length() - 2));
            assertThat(Pattern.compile("`(\\w+)`").matcher(lastCell).results().map(found -> found.group(1)))
                    .isNotEmpty()
                    .isSubsetOf(TESTS);
        });
    }

    // starting it

    @Test
    void withoutItsPolicyItDoesNotStart() {
        assertThatThrownBy(() -> ConsoleAccess.policy("no-such.xml"))
                .hasMessage("The console does not start without its policy:"
                        + " no-such.xml of com.github.scriptrunner.console is not on the class path");
    }

    @Test
    void thePoliciesDifferInStartAndStopAlone() throws Exception {
        String more = lines("routes.xml")
                .filter(line -> !lines("read-only.xml").toList().contains(line))
                .collect(Collectors.joining("\n"));

        assertThat(lines("routes.xml").count() - lines("read-only.xml").count()).isEqualTo(4);
        assertThat(more.replaceAll("(?m)^<!--.*$", "").strip().lines().map(String::strip))
                .containsExactly(
                        "<operation>start</operation>",
                        "<operation>start()</operation>",
                        "<operation>stop</operation>",
                        "<operation>stop()</operation>");
    }

    private static Stream<String> lines(String policy) {
        try {
            return Files.readString(Path.of("src/main/resources/com/github/scriptrunner/console", policy))
                    .lines();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void anUnknownSettingIsRefusedWithASentence() {
        assertThatThrownBy(() ->
                        operator("on", Map.of("camel.main.name", "console-on")).close())
                .hasStackTraceContaining("SCRIPTRUNNER_CONSOLE is 'on': set it to off, read-only or routes");
    }

    @Test
    void aTakenPortIsRefusedWithASentence() {
        String port = Integer.toString(server(open).getPort());

        assertThatThrownBy(() -> operator(
                                "read-only",
                                Map.of("scriptrunner.consolePort", port, "camel.main.name", "console-on-a-taken-port"))
                        .close())
                .hasStackTraceContaining("Port " + port + " for the console cannot be used: ")
                .hasStackTraceContaining("Set SCRIPTRUNNER_CONSOLE_PORT to another.");
    }
}
