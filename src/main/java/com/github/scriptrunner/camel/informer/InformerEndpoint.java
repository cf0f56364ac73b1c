package com.github.scriptrunner.camel.informer;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.KubernetesResource;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.NamespacedKubernetesClient;
import io.fabric8.kubernetes.client.RequestConfigBuilder;
import io.fabric8.kubernetes.client.dsl.AnyNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.FilterWatchListDeletable;
import io.fabric8.kubernetes.client.dsl.MixedOperation;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.ServiceLoader;
import java.util.function.Function;
import org.apache.camel.Category;
import org.apache.camel.Consumer;
import org.apache.camel.Processor;
import org.apache.camel.Producer;
import org.apache.camel.api.management.ManagedAttribute;
import org.apache.camel.api.management.ManagedResource;
import org.apache.camel.spi.Metadata;
import org.apache.camel.spi.UriEndpoint;
import org.apache.camel.spi.UriParam;
import org.apache.camel.spi.UriPath;
import org.apache.camel.support.DefaultEndpoint;

/**
 * What happens to the objects of a kind: ADDED, MODIFIED and DELETED, first of all ADDED for each that exists.
 *
 * <p>Built-in kinds arrive as fabric8's classes, others as the option {@code type} says, else as {@link GenericKubernetesResource}.
 */
@ManagedResource(description = "Managed InformerEndpoint")
@UriEndpoint(
        firstVersion = "0.1.0",
        scheme = "informer",
        title = "Kubernetes Informer",
        syntax = "informer:plural",
        consumerOnly = true,
        category = {Category.CONTAINER, Category.CLOUD},
        headersClass = InformerConstants.class)
public class InformerEndpoint extends DefaultEndpoint {
    /** As client-go: large collections come in pages. */
    private static final long PAGE = 500;

    @UriPath
    @Metadata(required = true, description = "Plural name of the kind, as in the API's paths: pods, nodes")
    private final String plural;

    @UriParam(description = "API group of the kind; absent: the core group, or that of the type")
    private String group;

    @UriParam(description = "API version of the kind; absent: v1, or that of the type")
    private String version;

    @UriParam(description = "Only objects of this namespace; absent or empty: of all")
    private String namespace;

    @UriParam(description = "Only objects that this label selector matches")
    private String labelSelector;

    @UriParam(description = "Class of the objects, a name or a reference to a bean: for custom resources")
    private Class<? extends HasMetadata> type;

    @UriParam(label = "advanced", description = "The client to use; absent: the only one in the registry")
    private KubernetesClient kubernetesClient;

    @UriParam(
            label = "advanced",
            description =
                    "Index functions for the cache: a reference to a Map of names to functions that list an object's values")
    private Map<String, Function<HasMetadata, List<String>>> indexers = Map.of();

    @UriParam(
            defaultValue = "10s",
            javaType = "java.time.Duration",
            description =
                    "How long the start of the route waits for the first list; it goes on without where that fails")
    private Duration syncTimeout = Duration.ofSeconds(10);

    @UriParam(
            label = "advanced",
            defaultValue = "5m",
            javaType = "java.time.Duration",
            description =
                    "Lists again when nothing was heard for this long; the API server sends a bookmark about every minute")
    private Duration staleAfter = Duration.ofMinutes(5);

    InformerEndpoint(String uri, InformerComponent component, String plural) {
        super(uri, component);
        this.plural = plural;
    }

    @Override
    public InformerComponent getComponent() {
        return (InformerComponent) super.getComponent();
    }

    @Override
    public Producer createProducer() {
        throw new UnsupportedOperationException(
                "informer:%s only tells what happens; nothing can be sent to it".formatted(plural));
    }

    @Override
    public Consumer createConsumer(Processor processor) throws Exception {
        if (kubernetesClient == null) {
            kubernetesClient = onlyClient();
        }
        InformerConsumer<?> consumer = new InformerConsumer<>(this, processor, resourceType());
        configureConsumer(consumer);
        return consumer;
    }

    private Class<? extends HasMetadata> resourceType() {
        if (type == null) {
            return ServiceLoader.load(
                            KubernetesResource.class, getCamelContext().getApplicationContextClassLoader())
                    .stream()
                    .map(ServiceLoader.Provider::type)
                    .filter(HasMetadata.class::isAssignableFrom)
                    .<Class<? extends HasMetadata>>map(known -> known.asSubclass(HasMetadata.class))
                    .filter(this::isMeant)
                    .findFirst()
                    .orElse(GenericKubernetesResource.class);
        }
        if (!isMeant(type)) {
            throw new IllegalArgumentException("%s: %s is %s of %s"
                    .formatted(
                            getEndpointUri(),
                            type.getName(),
                            HasMetadata.getPlural(type),
                            HasMetadata.getApiVersion(type)));
        }
        return type;
    }

    private boolean isMeant(Class<? extends HasMetadata> candidate) {
        return plural.equals(HasMetadata.getPlural(candidate))
                && groupOr(type == null ? "" : HasMetadata.getGroup(candidate)).equals(HasMetadata.getGroup(candidate))
                && versionOr(type == null ? "v1" : HasMetadata.getVersion(candidate))
                        .equals(HasMetadata.getVersion(candidate));
    }

    private String groupOr(String otherwise) {
        return group == null ? otherwise : group;
    }

    private String versionOr(String otherwise) {
        return version == null ? otherwise : version;
    }

    /** A new informer, not started, whose failures surface at once instead of after ten silent retries of the HTTP client. */
    @SuppressWarnings("unchecked") // resources are generic where and only where T is
    <T extends HasMetadata> SharedIndexInformer<T> newInformer(Class<T> resourceType) {
        SharedIndexInformer<T> informer = kubernetesClient
                .adapt(NamespacedKubernetesClient.class)
                .withRequestConfig(new RequestConfigBuilder(
                                kubernetesClient.getConfiguration().getRequestConfig())
                        .withRequestRetryBackoffLimit(0)
                        .build())
                .call(impatient -> {
                    if (resourceType == GenericKubernetesResource.class) {
                        return (SharedIndexInformer<T>) select(impatient.genericKubernetesResources(generic()));
                    }
                    return select(impatient.resources(resourceType));
                });
        Map<String, Function<T, List<String>>> functions =
                (Map<String, Function<T, List<String>>>) (Map<?, ?>) indexers;
        return informer.addIndexers(functions);
    }

    private ResourceDefinitionContext generic() {
        return new ResourceDefinitionContext.Builder()
                .withGroup(groupOr(""))
                .withVersion(versionOr("v1"))
                .withPlural(plural)
                .withNamespaced(true)
                .build();
    }

    private <T extends HasMetadata, L, R extends Resource<T>> SharedIndexInformer<T> select(
            MixedOperation<T, L, R> all) {
        AnyNamespaceOperation<T, L, R> inScope =
                namespace == null || namespace.isEmpty() ? all.inAnyNamespace() : all.inNamespace(namespace);
        FilterWatchListDeletable<T, L, R> selected =
                labelSelector == null ? inScope : inScope.withLabelSelector(labelSelector);
        return selected.withLimit(PAGE).runnableInformer(0);
    }

    private KubernetesClient onlyClient() {
        KubernetesClient only = getCamelContext().getRegistry().findSingleByType(KubernetesClient.class);
        if (only == null) {
            throw new IllegalStateException(
                    "%s needs a Kubernetes client: bind one to the registry, or name it with kubernetesClient=#NAME"
                            .formatted(getEndpointUri()));
        }
        return only;
    }

    private Optional<SelfHealingInformer.Status> status() {
        return getComponent().running(plural).map(SelfHealingInformer::status);
    }

    @ManagedAttribute(description = "Whether the first list has arrived; until then nothing is known")
    public boolean isSynced() {
        return status().filter(SelfHealingInformer.Status::synced).isPresent();
    }

    @ManagedAttribute(description = "Whether there is a watch; without one nothing new is heard")
    public boolean isWatching() {
        return status().filter(now -> now.deadFor().isEmpty()).isPresent();
    }

    @ManagedAttribute(description = "For how many seconds there has been no watch")
    public long getSecondsWithoutWatch() {
        return status().flatMap(SelfHealingInformer.Status::deadFor)
                .map(Duration::toSeconds)
                .orElse(0L);
    }

    @ManagedAttribute(description = "What failed last since there was a watch")
    public String getLastFailure() {
        return status().flatMap(SelfHealingInformer.Status::lastFailure).orElse(null);
    }

    @ManagedAttribute(description = "Objects that are known")
    public int getObjects() {
        return getComponent()
                .running(plural)
                .map(informer -> informer.indexer().listKeys().size())
                .orElse(0);
    }

    @ManagedAttribute(description = "Plural name of the kind")
    public String getPlural() {
        return plural;
    }

    public String getGroup() {
        return group;
    }

    public void setGroup(String group) {
        this.group = group;
    }

    public String getVersion() {
        return version;
    }

    public void setVersion(String version) {
        this.version = version;
    }

    public String getNamespace() {
        return namespace;
    }

    public void setNamespace(String namespace) {
        this.namespace = namespace;
    }

    public String getLabelSelector() {
        return labelSelector;
    }

    public void setLabelSelector(String labelSelector) {
        this.labelSelector = labelSelector;
    }

    public Class<? extends HasMetadata> getType() {
        return type;
    }

    public void setType(Class<? extends HasMetadata> type) {
        this.type = type;
    }

    public KubernetesClient getKubernetesClient() {
        return kubernetesClient;
    }

    public void setKubernetesClient(KubernetesClient kubernetesClient) {
        this.kubernetesClient = kubernetesClient;
    }

    public Map<String, Function<HasMetadata, List<String>>> getIndexers() {
        return indexers;
    }

    public void setIndexers(Map<String, Function<HasMetadata, List<String>>> indexers) {
        this.indexers = indexers;
    }

    public Duration getSyncTimeout() {
        return syncTimeout;
    }

    public void setSyncTimeout(Duration syncTimeout) {
        this.syncTimeout = syncTimeout;
    }

    public Duration getStaleAfter() {
        return staleAfter;
    }

    public void setStaleAfter(Duration staleAfter) {
        this.staleAfter = staleAfter;
    }
}
