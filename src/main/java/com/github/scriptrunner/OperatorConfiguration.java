package com.github.scriptrunner;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.datatype.jsr310.JavaTimeModule;
import com.github.scriptrunner.api.ScriptRunner;
import com.github.scriptrunner.camel.cluster.LeaseClusterService;
import com.github.scriptrunner.camel.cluster.LeaseGuard;
import com.github.scriptrunner.console.Console;
import com.github.scriptrunner.console.ConsoleAccess;
import com.github.scriptrunner.domain.Observed;
import com.github.scriptrunner.domain.Plan;
import com.github.scriptrunner.domain.Planner;
import com.github.scriptrunner.kubernetes.Events;
import com.github.scriptrunner.kubernetes.KnownObjects;
import com.github.scriptrunner.kubernetes.Nodes;
import com.github.scriptrunner.kubernetes.Pods;
import com.github.scriptrunner.kubernetes.Runners;
import com.github.scriptrunner.kubernetes.Scripts;
import com.github.scriptrunner.kubernetes.Setbacks;
import com.github.scriptrunner.kubernetes.TerminationMessages;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import java.time.InstantSource;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.ForkJoinPool;
import java.util.function.Function;
import java.util.stream.Stream;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.BindToRegistry;
import org.apache.camel.CamelConfiguration;
import org.apache.camel.CamelContext;
import org.apache.camel.PropertyInject;
import org.apache.camel.dsl.yaml.YamlRoutesBuilderLoader;
import org.apache.camel.impl.cluster.ClusteredRoutePolicy;
import org.apache.camel.model.RouteDefinition;
import org.apache.camel.spi.Resource;
import org.apache.camel.spi.RoutePolicy;

/**
 * The beans that the routes name; the same for the operator, the playground and the tests. The bean {@code kubernetesClient} comes from
 * whoever starts the routes.
 */
public class OperatorConfiguration implements CamelConfiguration {
    private static final String LEASE = "scriptrunner-operator";

    private final InstantSource clock = InstantSource.system();
    private final PrometheusMeterRegistry metrics = new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
    private final LeaseGuard leaseGuard = new LeaseGuard(System::nanoTime);

    /** A client for the routes: it writes nothing while another process leads. */
    KubernetesClient client(Config cluster) {
        // docs/decisions/0007
        cluster.setHttp2Disable(true);
        KubernetesClient client = new KubernetesClientBuilder()
                .withConfig(cluster)
                .withHttpClientBuilderConsumer(http -> http.addOrReplaceInterceptor("lease", leaseGuard)
                        .addOrReplaceInterceptor("metrics", new ApiRequestMetrics(metrics)))
                .build();
        ForkJoinPool.commonPool().execute(() -> learnToRead(client.getKubernetesSerialization()));
        return client;
    }

    /** Reading the first list of a kind takes longer than asking for it; the routes start meanwhile. */
    private static void learnToRead(KubernetesSerialization serialization) {
        Stream.of(ScriptRunner.class, Node.class, Pod.class)
                .forEach(kind -> serialization.unmarshal("{\"metadata\": {}}", kind));
    }

    @Override
    public void configure(CamelContext context) throws Exception {
        String console = context.resolvePropertyPlaceholders("{{scriptrunner.console}}");
        if (console.equals("off")) {
            context.disableJMX();
        } else {
            openConsole(context, console);
        }
        readOwnRoutesOnce(context);
        new JvmMemoryMetrics().bindTo(metrics);
        new JvmThreadMetrics().bindTo(metrics);
        context.getManagementStrategy().addEventNotifier(new StatusMetrics(metrics));
        context.getCamelContextExtension().addInterceptStrategy(new LogFields());
        if (Boolean.parseBoolean(context.resolvePropertyPlaceholders("{{scriptrunner.leaderElection}}"))) {
            electLeader(context);
        }
    }

    /** Names no class of the console in its signature, which is loaded also where the console is off. */
    private static void openConsole(CamelContext context, String access) throws Exception {
        context.addService(new Console(
                context,
                ConsoleAccess.of(access),
                Integer.parseInt(context.resolvePropertyPlaceholders("{{scriptrunner.consolePort}}")),
                context.resolvePropertyPlaceholders("{{scriptrunner.consolePassword}}")));
    }

    /** Camel reads each file twice, first for beans, which only those of users may have. */
    private static void readOwnRoutesOnce(CamelContext context) {
        YamlRoutesBuilderLoader loader = new YamlRoutesBuilderLoader() {
            @Override
            public void preParseRoute(Resource resource) throws Exception {
                if (!resource.getLocation().startsWith("classpath:")) {
                    super.preParseRoute(resource);
                }
            }
        };
        loader.setCamelContext(context);
        context.getRegistry().bind("routes-builder-loader-yaml", loader);
    }

    /** From now on a route that reads a work queue runs on the leader alone, also one that somebody else wrote. */
    private void electLeader(CamelContext context) throws Exception {
        Config cluster =
                context.getRegistry().findSingleByType(KubernetesClient.class).getConfiguration();
        LeaseClusterService service = new LeaseClusterService(
                cluster, LeaseClusterService.Pace.DEFAULT, leaseGuard, new TakeOver(context, leaseGuard));
        context.addService(service);
        Gauge.builder("leader.election.master.status", () -> service.isLeader(LEASE) ? 1 : 0)
                .description("1 on the process that leads, 0 on the others")
                .tag("name", LEASE)
                .register(metrics);
        RoutePolicy whileLeading = ClusteredRoutePolicy.forNamespace(context, LEASE);
        context.addRoutePolicyFactory((camel, routeId, route) ->
                ((RouteDefinition) route).getEndpointUrl().startsWith("workqueue:") ? whileLeading : null);
    }

    /** Decides by the rules of {@code domain}; a bean, so that a route can call it. */
    public static final class PlannerBean {
        public Plan plan(Observed observed) {
            return Planner.plan(observed);
        }
    }

    @BindToRegistry
    public Map<String, Function<Pod, List<String>>> podIndexers() {
        return KnownObjects.podIndexers();
    }

    @BindToRegistry(lazy = true)
    public KnownObjects knownObjects(CamelContext context) {
        return new InformedObjects(context);
    }

    @BindToRegistry
    public Setbacks setbacks() {
        return new Setbacks(clock);
    }

    @BindToRegistry(lazy = true)
    public Runners runners(KubernetesClient client, KnownObjects known, Setbacks setbacks) {
        return new Runners(client, known, setbacks, clock);
    }

    @BindToRegistry
    public Nodes nodes() {
        return new Nodes();
    }

    @BindToRegistry(lazy = true)
    public Scripts scripts(KubernetesClient client) {
        return new Scripts(client, clock);
    }

    @BindToRegistry(lazy = true)
    public Pods pods(
            KubernetesClient client,
            Scripts scripts,
            Setbacks setbacks,
            @PropertyInject("scriptrunner.image") String image,
            @PropertyInject("scriptrunner.privilegedModes") boolean privilegedModes) {
        return new Pods(client, image, privilegedModes, scripts, setbacks);
    }

    @BindToRegistry(lazy = true)
    public Events events(KubernetesClient client) {
        return new Events(client, clock);
    }

    @BindToRegistry
    public TerminationMessages terminationMessages() {
        return new TerminationMessages();
    }

    @BindToRegistry
    public PlannerBean planner() {
        return new PlannerBean();
    }

    @BindToRegistry
    public AggregationStrategy collectResults() {
        return new CollectResults();
    }

    /** Bounds the requests that are under way at once; who hands in more waits. */
    @BindToRegistry
    public ExecutorService apiRequests(
            CamelContext context, @PropertyInject("scriptrunner.apiRequests") int mostAtOnce) {
        return context.getExecutorServiceManager().newFixedThreadPool(this, "api-requests", mostAtOnce);
    }

    @BindToRegistry
    public ObjectMapper json() {
        return new ObjectMapper()
                .registerModule(new JavaTimeModule())
                .disable(SerializationFeature.WRITE_DATES_AS_TIMESTAMPS);
    }

    @BindToRegistry("metricsRegistry")
    public PrometheusMeterRegistry metricsRegistry() {
        return metrics;
    }

    @BindToRegistry
    public ObservabilityServer observability(
            CamelContext context, PrometheusMeterRegistry registry, @PropertyInject("scriptrunner.port") int port)
            throws Exception {
        ObservabilityServer server = new ObservabilityServer(context, registry, port);
        context.addService(server, true, true);
        return server;
    }

    @BindToRegistry
    public DroppedResults droppedResults(MeterRegistry registry) {
        return new DroppedResults(registry);
    }
}
