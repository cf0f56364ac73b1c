package com.github.scriptrunner.playground;

import com.github.scriptrunner.Operator;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.camel.routes.RoutesRefused;
import com.github.scriptrunner.playground.apiserver.ApiServer;
import com.github.scriptrunner.playground.node.Nodes;
import com.github.scriptrunner.playground.node.PodLogs;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.utils.Serialization;
import java.io.IOError;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Properties;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jline.terminal.Terminal;
import org.jline.terminal.TerminalBuilder;
import org.slf4j.LoggerFactory;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/** The command {@code ./playground}. */
@Command(
        name = "playground",
        sortOptions = false,
        description = {
            "Runs a Kubernetes API, nodes and the operator on this machine.",
            "With files: applies them, shows what their ScriptRunners do on every node, and ends with them.",
            "Without: serves kubectl until Ctrl-C."
        },
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {
            "0:Succeeded is True for every ScriptRunner of the files",
            "1:it is not",
            "2:a file was refused, or the playground could not start",
            "130:ended by Ctrl-C"
        })
final class Playground implements Callable<Integer>, AutoCloseable {
    /** The system property that names the log to its configuration. */
    private static final String LOG_FILE = "playground.log";

    /** Where the project lies. */
    private static final Path HOME = Path.of(System.getProperty("playground.home", ""));

    private static final int CRD_SECONDS = 10;

    @Spec
    private CommandSpec spec;

    @Parameters(paramLabel = "FILE", description = "YAML of objects to apply: ScriptRunners, ConfigMaps, Nodes ...")
    private List<Path> files = List.of();

    @Option(names = "--nodes", paramLabel = "N", defaultValue = "3", description = "Number of nodes (default: 3).")
    private int nodeCount;

    @Option(names = "--no-operator", description = "Start no operator.")
    private boolean withoutOperator;

    @Option(names = "--routes", paramLabel = "DIR", description = "Route files for the operator: see docs/routes.md.")
    private Path routes;

    @Option(
            names = "--console",
            description = "Open the operator's console, where routes may be started and stopped; prints its address.")
    private boolean withConsole;

    @Option(names = "--help", usageHelp = true, description = "Show this help.")
    @SuppressWarnings("unused") // picocli looks at the option itself
    private boolean help;

    /** What is to be closed, the last first. */
    private final Deque<AutoCloseable> open = new ArrayDeque<>();

    public static void main(String[] arguments) {
        Playground playground = new Playground();
        Runtime.getRuntime().addShutdownHook(new Thread(playground::close));
        System.exit(playground.commandLine().execute(arguments));
    }

    CommandLine commandLine() {
        return new CommandLine(this).setExecutionExceptionHandler((failure, commandLine, parsed) -> explain(failure));
    }

    private PrintWriter out() {
        return spec.commandLine().getOut();
    }

    private PrintWriter err() {
        return spec.commandLine().getErr();
    }

    private int explain(Exception failure) throws IOException {
        if (failure instanceof Refusal || failure instanceof RoutesRefused) {
            err().println(failure.getMessage());
        } else {
            err().println("the playground cannot go on: " + failure + keptLog(failure));
        }
        return 2;
    }

    /** The log would go with the directory, but now somebody needs it. */
    private static String keptLog(Exception failure) throws IOException {
        String log = System.getProperty(LOG_FILE);
        if (log == null) {
            return "";
        }
        LoggerFactory.getLogger(Playground.class).error("the playground ends", failure);
        Path kept = Files.createTempFile("scriptrunner-playground-", ".log");
        Files.copy(Path.of(log), kept, StandardCopyOption.REPLACE_EXISTING);
        return "; its log is " + kept;
    }

    @Override
    public Integer call() throws Exception {
        if (nodeCount < 0) {
            throw new ParameterException(spec.commandLine(), "--nodes cannot be negative");
        }
        if (withConsole && withoutOperator) {
            throw new ParameterException(spec.commandLine(), "--console is the operator's: not with --no-operator");
        }
        List<Manifest> manifests =
                files.stream().map(Manifest::read).flatMap(List::stream).toList();
        Path directory = opened(WorkingDirectory.create(Path.of(System.getProperty("java.io.tmpdir"))))
                .path();
        System.setProperty(LOG_FILE, directory.resolve("operator.log").toString());
        System.setProperty("logback.configurationFile", "com/github/scriptrunner/playground/logback.xml");

        // the classes of the client load while the server waits for its certificate
        var unused = CompletableFuture.runAsync(() -> Serialization.asJson(new Node()));
        PodLogs logs = new PodLogs();
        ApiServer api = opened(ApiServer.start(directory, logs));
        KubernetesClient client = opened(api.newClient());
        defineScriptRunners(client);
        Nodes nodes = opened(Nodes.start(api.kubeconfig(), directory, HOME.resolve("runner/run.py"), logs));
        for (int number = 1; number <= nodeCount; number++) {
            nodes.register("node-" + number);
        }
        if (!withoutOperator) {
            startOperator(api.kubeconfig());
        }
        introduce();
        return manifests.isEmpty() ? serve(api.kubeconfig()) : run(client, manifests);
    }

    private <T extends AutoCloseable> T opened(T resource) {
        synchronized (open) {
            open.push(resource);
        }
        return resource;
    }

    private static void defineScriptRunners(KubernetesClient client) {
        for (Manifest manifest : Manifest.read(HOME.resolve("manifests/crd/scriptrunners.yaml"))) {
            client.resource(manifest.apply(client))
                    .waitUntilCondition(Playground::isEstablished, CRD_SECONDS, TimeUnit.SECONDS);
        }
    }

    private static boolean isEstablished(GenericKubernetesResource definition) {
        List<Map<String, Object>> conditions = definition.get("status", "conditions");
        return conditions != null
                && conditions.stream()
                        .anyMatch(condition -> condition.get("type").equals("Established")
                                && condition.get("status").equals("True"));
    }

    /** The real one, with the real routes, and a client of its own. It ends with this JVM, as its cluster does: nobody waits for its last exchanges. */
    private void startOperator(Path kubeconfig) throws Exception {
        Properties settings = new Properties();
        settings.setProperty("scriptrunner.port", "0");
        settings.setProperty("scriptrunner.privilegedModes", "true");
        if (routes != null) {
            settings.setProperty("scriptrunner.routes", routes.toString());
        }
        settings.setProperty("scriptrunner.console", withConsole ? "routes" : "off");
        settings.setProperty("scriptrunner.consolePort", "0");
        Operator operator = Operator.start(Config.fromKubeconfig(kubeconfig.toFile()), settings);
        operator.console().ifPresent(console -> err().println("The operator's console: " + console));
    }

    private void introduce() {
        err().println("A Kubernetes API and " + nodeCount + " nodes on this machine, to see the operator at work:");
        err().println("no isolation (scripts are processes of yours), no scheduler, no RBAC, no conformance.");
        err().println("Every image is this machine's python3, spec.mode changes nothing, there is no /host.");
        err().println("The operator's log: " + System.getProperty(LOG_FILE));
    }

    private int serve(Path kubeconfig) throws InterruptedException {
        out().println("export KUBECONFIG=" + kubeconfig);
        err().println("Serving kubectl until Ctrl-C.");
        new CountDownLatch(1).await();
        return 0;
    }

    private int run(KubernetesClient client, List<Manifest> manifests) throws Exception {
        List<ScriptRunner> applied = manifests.stream()
                .map(manifest -> manifest.apply(client))
                .filter(object -> object.getKind().equals("ScriptRunner"))
                .map(object -> client.getKubernetesSerialization().convertValue(object, ScriptRunner.class))
                .toList();
        List<ScriptRunner> latest;
        try (WatchedRunners runners = new WatchedRunners(client, applied);
                Progress progress = opened(progress())) {
            latest = runners.now();
            progress.show(latest);
            while (!latest.stream().allMatch(runner -> NodeText.is(runner, "Complete"))) {
                runners.await();
                latest = runners.now();
                progress.show(latest);
            }
        }
        latest.forEach(runner -> out().println(Report.of(runner)));
        if (latest.size() < applied.size()) {
            err().println("a ScriptRunner was deleted while it ran");
            return 1;
        }
        return latest.stream().allMatch(runner -> NodeText.is(runner, "Succeeded")) ? 0 : 1;
    }

    private Progress progress() throws IOException {
        Terminal terminal = TerminalBuilder.builder()
                .system(true)
                .systemOutput(TerminalBuilder.SystemOutput.SysErr)
                // the others load native code
                .provider("exec")
                // Ctrl-C stays the JVM's
                .nativeSignals(false)
                .dumb(true)
                .build();
        if (terminal.getType().startsWith(Terminal.TYPE_DUMB)) {
            terminal.close();
            return new PlainProgress(err());
        }
        return new LiveProgress(terminal, System.getenv("NO_COLOR") == null, Clock.systemUTC());
    }

    /** Runs when the JVM ends, however it was asked to. */
    @Override
    public void close() {
        synchronized (open) {
            while (!open.isEmpty()) {
                try {
                    open.pop().close();
                } catch (Exception | IOError e) {
                    // an IOError is a terminal that was closed; whatever fails, the rest is to be closed too
                    err().println("this did not end well: " + e);
                }
            }
        }
    }
}
