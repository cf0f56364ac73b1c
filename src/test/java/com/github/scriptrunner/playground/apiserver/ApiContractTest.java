package com.github.scriptrunner.playground.apiserver;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.dataformat.yaml.YAMLMapper;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ListOptions;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.NamespaceBuilder;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.client.Config;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.fabric8.kubernetes.client.Watch;
import io.fabric8.kubernetes.client.Watcher;
import io.fabric8.kubernetes.client.WatcherException;
import io.fabric8.kubernetes.client.http.HttpRequest;
import io.fabric8.kubernetes.client.http.HttpResponse;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import java.io.InputStream;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What we rely on of a Kubernetes API. It looks at the server from outside only. */
class ApiContractTest {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final ObjectMapper YAML = new YAMLMapper();
    private static final String MERGE = "application/merge-patch+json";
    private static final String STRATEGIC = "application/strategic-merge-patch+json";
    private static final String JSON_PATCH = "application/json-patch+json";
    private static final String APPLY = "application/apply-patch+yaml";

    private static ServerUnderTest server;
    private static KubernetesClient client;

    private String namespace;

    @BeforeAll
    static void connect(@TempDir Path directory) throws Exception {
        server = ServerUnderTest.start(directory);
        client = server.client();
        try (InputStream crd = ApiContractTest.class.getResourceAsStream("widgets.yaml")) {
            server.define(client.getKubernetesSerialization().unmarshal(crd, CustomResourceDefinition.class));
        }
        await().until(() -> call("GET", "/apis/contract.example.com/v1/widgets").code() == 200);
    }

    @AfterAll
    static void disconnect() {
        server.close();
    }

    @BeforeEach
    void createNamespace() {
        namespace = "contract-" + UUID.randomUUID().toString().substring(0, 8);
        client.resource(new NamespaceBuilder()
                        .withNewMetadata()
                        .withName(namespace)
                        .endMetadata()
                        .build())
                .create();
    }

    @AfterEach
    void deleteNamespace() {
        client.namespaces().withName(namespace).delete();
    }

    // ---- writing

    @Test
    void aCreatedObjectHasAUidAVersionAndAGeneration() {
        Answer created = createWidget("a", "text: hello");
        assertThat(created.code()).isEqualTo(201);
        assertThat(created.text("/metadata/uid")).isNotEmpty();
        assertThat(created.text("/metadata/resourceVersion")).isNotEmpty();
        assertThat(created.text("/metadata/creationTimestamp")).isNotEmpty();
        assertThat(created.text("/metadata/generation")).isEqualTo("1");
        assertThat(created.text("/metadata/namespace")).isEqualTo(namespace);
    }

    @Test
    void aSecondObjectOfTheSameNameAlreadyExists() {
        createWidget("a", "text: hello");
        Answer second = createWidget("a", "text: hello");
        assertRefused(second, 409, "AlreadyExists", "widgets.contract.example.com \"a\" already exists");
    }

    @Test
    void aMissingObjectIsNotFound() {
        assertRefused(call("GET", widgets() + "/a"), 404, "NotFound", "widgets.contract.example.com \"a\" not found");
    }

    @Test
    void anObjectNeedsItsNamespace() {
        Answer answer = send(
                "POST", "/api/v1/namespaces/nowhere-at-all/configmaps", "application/json", "{metadata: {name: a}}");
        assertRefused(answer, 404, "NotFound", "namespaces \"nowhere-at-all\" not found");
    }

    @Test
    void generateNameMakesAName() {
        Answer created = send("POST", configMaps(), "application/json", "{metadata: {generateName: made-}}");
        assertThat(created.text("/metadata/name")).matches("made-[a-z0-9]{5}");
    }

    @Test
    void badNamesAndLabelsAreRefusedWithTheirFields() {
        Answer answer =
                send("POST", configMaps(), "application/json", "{metadata: {name: A_b, labels: {a b: x, c: d e}}}");
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.fields()).contains("metadata.name", "metadata.labels");
        assertThat(answer.message())
                .contains("metadata.name: Invalid value: \"A_b\": a lowercase RFC 1123 subdomain must consist of")
                .contains("metadata.labels: Invalid value: \"a b\": name part must consist of alphanumeric characters")
                .contains(
                        "metadata.labels: Invalid value: \"d e\": a valid label must be an empty string or consist of");
    }

    @Test
    void annotationsAreLimitedTo256Kibibytes() {
        String body = "{metadata: {name: a, annotations: {big: " + "x".repeat(262_144) + "}}}";
        assertRefused(
                send("POST", configMaps(), "application/json", body),
                422,
                "Invalid",
                "ConfigMap \"a\" is invalid: metadata.annotations: Too long: may not be more than 262144 bytes");
    }

    @Test
    void anObjectThatEtcdCouldNotHoldIsRefused() {
        Answer answer = createWidget("a", "text: t, any: {big: " + "x".repeat(1_600_000) + "}");
        assertThat(answer.code()).isEqualTo(500);
        assertThat(answer.message()).contains("etcdserver: request is too large");
    }

    @Test
    void anUpdateOfAnOldVersionIsAConflict() {
        Answer created = createWidget("a", "text: hello");
        send("PATCH", widgets() + "/a", MERGE, "{spec: {text: changed}}");
        assertRefused(
                send("PUT", widgets() + "/a", "application/json", created.body().toString()),
                409,
                "Conflict",
                "Operation cannot be fulfilled on widgets.contract.example.com \"a\": the object has been modified; please apply your"
                        + " changes to the latest version and try again");
    }

    @Test
    void anUpdateOfACustomResourceNamesAVersion() {
        createWidget("a", "text: hello");
        Answer answer = send("PUT", widgets() + "/a", "application/json", widget("a", "text: hello"));
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message())
                .contains("metadata.resourceVersion: Invalid value: 0: must be specified for an update");
    }

    @Test
    void aPatchThatChangesNothingWritesNothing() {
        Answer created = createWidget("a", "text: hello");
        Answer patched = send("PATCH", widgets() + "/a", MERGE, "{spec: {text: hello}}");
        assertThat(patched.code()).isEqualTo(200);
        assertThat(patched.version()).isEqualTo(created.version());
    }

    @Test
    void aPatchOfAnOldVersionIsAConflictEvenWhenItChangesNothing() {
        Answer created = createWidget("a", "text: hello");
        send("PATCH", widgets() + "/a/status", MERGE, "{status: {phase: Ready}}");
        String same = "{metadata: {resourceVersion: '" + created.version() + "'}, status: {phase: Ready}}";
        assertThat(send("PATCH", widgets() + "/a/status", MERGE, same).code()).isEqualTo(409);
    }

    @Test
    void theGenerationCountsChangesOfTheSpecOnly() {
        createWidget("a", "text: hello");
        send("PATCH", widgets() + "/a", MERGE, "{metadata: {labels: {a: b}}}");
        send("PATCH", widgets() + "/a/status", MERGE, "{status: {phase: Ready}}");
        Answer patched = send("PATCH", widgets() + "/a", MERGE, "{spec: {text: changed}}");
        assertThat(patched.text("/metadata/generation")).isEqualTo("2");
    }

    @Test
    void aStatusIsWrittenThroughItsSubresourceOnly() {
        createWidget("a", "text: hello");
        Answer main = send("PATCH", widgets() + "/a", MERGE, "{status: {phase: Ready}}");
        assertThat(main.body().at("/status/phase").isMissingNode()).isTrue();
        Answer status = send(
                "PATCH",
                widgets() + "/a/status",
                MERGE,
                "{metadata: {labels: {a: b}}, spec: {text: x}, status: {phase: Ready}}");
        assertThat(status.text("/status/phase")).isEqualTo("Ready");
        assertThat(status.text("/spec/text")).isEqualTo("hello");
        assertThat(status.body().at("/metadata/labels").isMissingNode()).isTrue();
    }

    @Test
    void aDryRunWritesNothing() {
        Answer answer = send("POST", widgets() + "?dryRun=All", "application/json", widget("a", "text: hello"));
        assertThat(answer.code()).isEqualTo(201);
        assertThat(call("GET", widgets() + "/a").code()).isEqualTo(404);
    }

    // ---- patches

    @Test
    void aMergePatchReplacesListsAndRemovesNulls() {
        createWidget("a", "text: hello, low: 1, tags: [x, y]");
        Answer patched = send("PATCH", widgets() + "/a", MERGE, "{spec: {low: null, tags: [z]}}");
        assertThat(patched.body().at("/spec/low").isMissingNode()).isTrue();
        assertThat(patched.body().at("/spec/tags").toString()).isEqualTo("[\"z\"]");
    }

    @Test
    void aJsonPatchIsAppliedWholeOrNotAtAll() {
        createWidget("a", "text: hello");
        String patch = "[{op: replace, path: /spec/text, value: changed}, {op: remove, path: /spec/gone}]";
        assertThat(send("PATCH", widgets() + "/a", JSON_PATCH, patch).code()).isEqualTo(422);
        assertThat(call("GET", widgets() + "/a").text("/spec/text")).isEqualTo("hello");
    }

    @Test
    void aFailedTestOfAJsonPatchIsRefused() {
        createWidget("a", "text: hello");
        Answer answer = send("PATCH", widgets() + "/a", JSON_PATCH, "[{op: test, path: /spec/text, value: other}]");
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).contains("the server rejected our request due to an error in our request");
    }

    @Test
    void aStrategicMergePatchMergesListsOfABuiltInKindByTheirKeys() {
        createPod("p");
        send("PATCH", pods() + "/p/status", STRATEGIC, "{status: {conditions: [{type: A, status: 'True'}]}}");
        Answer patched =
                send("PATCH", pods() + "/p/status", STRATEGIC, "{status: {conditions: [{type: B, status: 'True'}]}}");
        // a scheduler may have added what it thinks of the pod
        assertThat(patched.body().at("/status/conditions").findValuesAsText("type"))
                .contains("A", "B");
    }

    @Test
    void aStrategicMergePatchTakesOneFinalizerAndLeavesTheOthers() {
        send("POST", pods(), "application/json", pod("p", "finalizers: [example.com/one, example.com/two]"));
        String patch = "{metadata: {$deleteFromPrimitiveList/finalizers: [example.com/one]}}";
        Answer patched = send("PATCH", pods() + "/p", STRATEGIC, patch);
        Answer again = send("PATCH", pods() + "/p", STRATEGIC, patch);
        assertThat(patched.body().at("/metadata/finalizers").toString()).isEqualTo("[\"example.com/two\"]");
        assertThat(again.code()).isEqualTo(200);
        assertThat(again.body().at("/metadata/finalizers")).hasSize(1);
        send("PATCH", pods() + "/p", MERGE, "{metadata: {finalizers: null}}");
    }

    @Test
    void aCustomResourceTakesNoStrategicMergePatch() {
        createWidget("a", "text: hello");
        Answer answer = send("PATCH", widgets() + "/a", STRATEGIC, "{spec: {text: x}}");
        assertRefused(
                answer,
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json,"
                        + " application/merge-patch+json, application/apply-patch+yaml");
    }

    @Test
    void serverSideApplyTakesAwayWhatItsManagerNoLongerWants() {
        apply("one", false, "text: hello, low: 1, tags: [x, y], ports: [{number: 1}, {number: 2}]");
        Answer applied = apply("one", false, "text: hello, tags: [y], ports: [{number: 2}]");
        assertThat(applied.body().at("/spec/low").isMissingNode()).isTrue();
        assertThat(applied.body().at("/spec/tags").toString()).isEqualTo("[\"y\"]");
        assertThat(applied.body().at("/spec/ports")).hasSize(1);
    }

    @Test
    void serverSideApplyOfTheSameWritesNothing() {
        Answer first = apply("one", false, "text: hello, ports: [{number: 1}]");
        Answer second = apply("one", false, "text: hello, ports: [{number: 1}]");
        assertThat(first.code()).isEqualTo(201);
        assertThat(second.code()).isEqualTo(200);
        assertThat(second.version()).isEqualTo(first.version());
    }

    @Test
    void serverSideApplyRefusesToChangeWhatAnotherManagerApplied() {
        apply("one", false, "text: hello");
        assertRefused(
                apply("two", false, "text: other"),
                409,
                "Conflict",
                "Apply failed with 1 conflict: conflict with \"one\": .spec.text");
        assertThat(apply("two", true, "text: other").text("/spec/text")).isEqualTo("other");
    }

    // ---- custom resources

    @Test
    void everyErrorOfTheSchemaNamesItsField() {
        Answer answer = createWidget("a", "text: '', size: 101, mode: Huge, name: A1, tags: [a, b, c], share: true");
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.causes())
                .containsExactlyInAnyOrder(
                        "spec.text: Invalid value: \"\": spec.text in body should be at least 1 chars long",
                        "spec.size: Invalid value: 101: spec.size in body should be less than or equal to 100",
                        "spec.mode: Unsupported value: \"Huge\": supported values: \"Small\", \"Large\"",
                        "spec.name: Invalid value: \"A1\": spec.name in body should match '^[a-z]+$'",
                        "spec.tags: Too many: 3: must have at most 2 items",
                        "spec.share: Invalid value: \"boolean\": spec.share in body must be of type integer,string: \"boolean\"",
                        "<nil>: Invalid value: null: some validation rules were not checked because the object was invalid; correct the"
                                + " existing errors to complete validation");
    }

    @Test
    void aRequiredFieldThatIsMissingIsNamed() {
        assertThat(createWidget("a", "low: 1").message()).contains("spec.text: Required value");
    }

    @Test
    void lengthsAreCountedInCharacters() {
        assertThat(createWidget("a", "text: '" + "\uD83D\uDE00".repeat(10) + "'")
                        .code())
                .isEqualTo(201);
        assertThat(createWidget("b", "text: '" + "\uD83D\uDE00".repeat(11) + "'")
                        .message())
                .contains("spec.text: Too long: may not be more than 10 bytes");
    }

    @Test
    void itemsOfSetsAndMapsAreUnique() {
        assertThat(createWidget("a", "text: t, tags: [x, x], ports: [{number: 1}, {number: 1}]")
                        .causes())
                .containsExactlyInAnyOrder(
                        "spec.tags[1]: Duplicate value: \"x\"", "spec.ports[1]: Duplicate value: {\"number\":1}");
    }

    @Test
    void rulesSayWhatIsWrongInTheirOwnWords() {
        assertThat(createWidget("a", "text: t, size: 13, low: 3, high: 2").causes())
                .containsExactlyInAnyOrder(
                        "spec.size: Invalid value: \"integer\": 13 brings bad luck",
                        "spec.low: Forbidden: low is above high in t");
    }

    @Test
    void rulesOfTransitionCompareWithTheStoredObject() {
        createWidget("a", "text: t, fixed: one");
        assertThat(send("PATCH", widgets() + "/a", MERGE, "{spec: {text: u}}").code())
                .isEqualTo(200);
        assertThat(send("PATCH", widgets() + "/a", MERGE, "{spec: {fixed: two}}")
                        .message())
                .contains("spec.fixed: Invalid value: \"string\": fixed is fixed");
    }

    @Test
    void defaultsAreFilledInAndUnknownFieldsDropped() {
        Answer created = createWidget("a", "text: t, nope: 1, any: {thing: [1]}, ports: [{number: 1}]");
        assertThat(created.text("/spec/size")).isEqualTo("3");
        assertThat(created.text("/spec/mode")).isEqualTo("Small");
        assertThat(created.text("/spec/ports/0/protocol")).isEqualTo("TCP");
        assertThat(created.body().at("/spec/nope").isMissingNode()).isTrue();
        assertThat(created.text("/spec/any/thing/0")).isEqualTo("1");
    }

    @Test
    void strictFieldValidationRefusesUnknownFields() {
        String path = widgets() + "?fieldValidation=Strict";
        assertRefused(
                send("POST", path, "application/json", widget("a", "text: t, nope: 1, ports: [{number: 1, bad: 2}]")),
                400,
                "BadRequest",
                "Widget in version \"v1\" cannot be handled as a Widget: strict decoding error: unknown field \"spec.nope\", unknown field"
                        + " \"spec.ports[0].bad\"");
    }

    // ---- lists and watches

    @Test
    void aListIsReadInPagesOfOneVersion() {
        IntStream.range(0, 5).forEach(i -> createConfigMap("c" + i, "a", "b"));
        Answer first = call("GET", configMaps() + "?limit=2&labelSelector=a");
        createConfigMap("c9", "a", "b");
        String next = first.text("/metadata/continue");
        Answer second = call("GET", configMaps() + "?limit=10&labelSelector=a&continue=" + next);
        assertThat(first.names()).containsExactly("c0", "c1");
        assertThat(second.names()).containsExactly("c2", "c3", "c4");
        assertThat(second.text("/metadata/resourceVersion")).isEqualTo(first.text("/metadata/resourceVersion"));
    }

    @Test
    void labelSelectorsSelect() {
        createConfigMap("one", "color", "red");
        createConfigMap("two", "color", "blue");
        createConfigMap("three", "shape", "round");
        assertThat(selected("color=red")).containsExactly("one");
        assertThat(selected("color!=red,shape")).containsExactly("three");
        assertThat(selected("color in (red, blue)")).containsExactly("one", "two");
        assertThat(selected("color notin (red),!shape")).contains("two").doesNotContain("one", "three");
        assertThat(selected("color")).containsExactly("one", "two");
    }

    @Test
    void fieldSelectorsSelect() {
        createPod("p");
        createPod("q");
        bind("q", "n1");
        assertThat(call("GET", pods() + "?fieldSelector=spec.nodeName%3Dn1").names())
                .containsExactly("q");
        assertThat(call("GET", pods() + "?fieldSelector=metadata.name%3Dp,status.phase!%3DFailed")
                        .names())
                .containsExactly("p");
        assertRefused(
                call("GET", widgets() + "?fieldSelector=spec.size%3D1"),
                400,
                "BadRequest",
                "field label not supported: spec.size");
    }

    @Test
    void aWatchShowsWhatHappensAfterAList() throws Exception {
        createConfigMap("before", "a", "b");
        String version =
                client.configMaps().inNamespace(namespace).list().getMetadata().getResourceVersion();
        try (Watching watching = watch(version, "a")) {
            createConfigMap("c", "a", "b");
            send("PATCH", configMaps() + "/c", MERGE, "{data: {x: y}}");
            send("PATCH", configMaps() + "/c", MERGE, "{metadata: {labels: {a: null}}}");
            send("PATCH", configMaps() + "/c", MERGE, "{metadata: {labels: {a: again}}}");
            call("DELETE", configMaps() + "/c");
            assertThat(watching.next(5)).containsExactly("ADDED c", "MODIFIED c", "DELETED c", "ADDED c", "DELETED c");
        }
    }

    @Test
    void aClientsWatchCarriesTextOfAllAlphabets() throws Exception {
        String text = "\u00e4\u6f22\ud83d\ude00".repeat(10_000);
        BlockingQueue<String> seen = new LinkedBlockingQueue<>();
        // from a version on: a watch without one may begin after both changes, and shows what is there then as one
        ListOptions from = new ListOptionsBuilder()
                .withResourceVersion(call("GET", configMaps()).text("/metadata/resourceVersion"))
                .build();
        Watch watch = client.configMaps()
                .inNamespace(namespace)
                .withName("text")
                .watch(from, new Watcher<>() {
                    @Override
                    public void eventReceived(Action action, ConfigMap map) {
                        seen.add(map.getData().get("text"));
                    }

                    @Override
                    public void onClose(WatcherException cause) {
                        seen.add("the watch ended: " + cause);
                    }
                });

        client.resource(new ConfigMapBuilder()
                        .withNewMetadata()
                        .withNamespace(namespace)
                        .withName("text")
                        .endMetadata()
                        .addToData("text", text)
                        .build())
                .create();
        send("PATCH", configMaps() + "/text", MERGE, "{metadata: {labels: {a: b}}}");

        assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(text);
        assertThat(seen.poll(10, TimeUnit.SECONDS)).isEqualTo(text);
        watch.close();
    }

    @Test
    void aWatchFromTheBeginningOfTimeIsExpired() {
        // a real server forgets after some minutes only: version 1 is from before it knew of widgets
        Answer answer = call("GET", widgets() + "?watch=true&timeoutSeconds=5&resourceVersion=1");
        assertThat(answer.text("/type")).isEqualTo("ERROR");
        assertThat(answer.text("/object/code")).isEqualTo("410");
        assertThat(answer.text("/object/reason")).isEqualTo("Expired");
    }

    @Test
    void aWatchEndsAfterItsTimeAndSaysNothingButHowFarItGot() {
        String version = createWidget("a", "text: t").version();
        String path = widgets() + "?watch=true&timeoutSeconds=5&allowWatchBookmarks=true&resourceVersion=" + version;
        Answer answer = call("GET", path);
        assertThat(answer.code()).isEqualTo(200);
        // no server promises a bookmark, and a real one has none of a kind that it has not seen change for a while
        if (!answer.body().isMissingNode()) {
            assertThat(answer.text("/type")).isEqualTo("BOOKMARK");
            assertThat(answer.text("/object/kind")).isEqualTo("Widget");
            assertThat(answer.body().at("/object/metadata/resourceVersion").asLong())
                    .isGreaterThanOrEqualTo(Long.parseLong(version));
        }
    }

    @Test
    void whoDidNotAskForBookmarksGetsNone() {
        String version = createWidget("a", "text: t").version();
        Answer answer = call("GET", widgets() + "?watch=true&timeoutSeconds=4&resourceVersion=" + version);
        assertThat(answer.code()).isEqualTo(200);
        assertThat(answer.body().isMissingNode()).isTrue();
    }

    @Test
    void aListOfAVersionThatIsStillToComeTimesOut() {
        Answer answer = call("GET", configMaps() + "?resourceVersion=999999999999");
        assertThat(answer.code()).isEqualTo(504);
        assertThat(answer.text("/reason")).isEqualTo("Timeout");
        assertThat(answer.message()).contains("Too large resource version");
    }

    @Test
    void anInformerSeesEverything() {
        List<String> seen = Collections.synchronizedList(new ArrayList<>());
        createWidget("a", "text: t");
        ResourceEventHandler<GenericKubernetesResource> handler = new ResourceEventHandler<>() {
            @Override
            public void onAdd(GenericKubernetesResource added) {
                seen.add("add " + added.getMetadata().getName());
            }

            @Override
            public void onUpdate(GenericKubernetesResource old, GenericKubernetesResource updated) {
                seen.add("update " + updated.getMetadata().getName());
            }

            @Override
            public void onDelete(GenericKubernetesResource deleted, boolean unknown) {
                seen.add("delete " + deleted.getMetadata().getName());
            }
        };
        try (SharedIndexInformer<GenericKubernetesResource> informer = client.genericKubernetesResources(
                        "contract.example.com/v1", "Widget")
                .inNamespace(namespace)
                .inform(handler)) {
            await().until(informer::hasSynced);
            send("PATCH", widgets() + "/a/status", MERGE, "{status: {phase: Ready}}");
            call("DELETE", widgets() + "/a");
            await().untilAsserted(() -> assertThat(seen).containsExactly("add a", "update a", "delete a"));
        }
    }

    @Test
    void tablesHaveTheColumnsOfTheDefinition() {
        createWidget("a", "text: t, size: 7");
        send("PATCH", widgets() + "/a/status", MERGE, "{status: {conditions: [{type: Ready, status: 'True'}]}}");
        Answer table = send("GET", widgets(), "", "", "application/json;as=Table;v=v1;g=meta.k8s.io,application/json");
        assertThat(table.text("/kind")).isEqualTo("Table");
        assertThat(table.body().at("/columnDefinitions").findValuesAsText("name"))
                .containsExactly("Name", "Size", "Ready", "Mode", "Age");
        assertThat(table.body().at("/columnDefinitions/3/priority").asInt()).isEqualTo(1);
        JsonNode cells = table.body().at("/rows/0/cells");
        assertThat(cells.get(0).asText()).isEqualTo("a");
        assertThat(cells.get(1).asInt()).isEqualTo(7);
        assertThat(cells.get(2).asText()).isEqualTo("True");
        assertThat(cells.get(3).asText()).isEqualTo("Small");
        assertThat(cells.get(4).asText()).matches("\\d+s");
    }

    // ---- deleting

    @Test
    void anObjectWithAFinalizerStaysUntilItIsRemoved() {
        String body = "{metadata: {name: a, finalizers: [example.com/wait]}}";
        send("POST", configMaps(), "application/json", body);
        call("DELETE", configMaps() + "/a");
        Answer waiting = call("GET", configMaps() + "/a");
        assertThat(waiting.text("/metadata/deletionTimestamp")).isNotEmpty();
        assertThat(send(
                                "PATCH",
                                configMaps() + "/a",
                                MERGE,
                                "{metadata: {finalizers: [example.com/wait, example.com/more]}}")
                        .message())
                .contains(
                        "metadata.finalizers: Forbidden: no new finalizers can be added if the object is being deleted");
        send("PATCH", configMaps() + "/a", MERGE, "{metadata: {finalizers: null}}");
        assertThat(call("GET", configMaps() + "/a").code()).isEqualTo(404);
    }

    @Test
    void aDeletionMayNameTheUidAndVersionItMeans() {
        Answer created = createConfigMap("a", "x", "y");
        Answer otherUid = send("DELETE", configMaps() + "/a", "application/json", "{preconditions: {uid: other}}");
        Answer otherVersion =
                send("DELETE", configMaps() + "/a", "application/json", "{preconditions: {resourceVersion: '1'}}");
        Answer right = send(
                "DELETE",
                configMaps() + "/a",
                "application/json",
                "{preconditions: {uid: " + created.text("/metadata/uid") + "}}");
        assertThat(otherUid.code()).isEqualTo(409);
        assertThat(otherVersion.code()).isEqualTo(409);
        assertThat(right.code()).isEqualTo(200);
    }

    @Test
    void aCollectionIsDeletedBySelector() {
        createConfigMap("one", "a", "b");
        createConfigMap("two", "c", "d");
        call("DELETE", configMaps() + "?labelSelector=a%3Db");
        assertThat(call("GET", configMaps()).names()).contains("two").doesNotContain("one");
    }

    @Test
    void aPodThatNoNodeHasGoesAtOnce() {
        createPod("p");
        call("DELETE", pods() + "/p");
        assertThat(call("GET", pods() + "/p").code()).isEqualTo(404);
    }

    @Test
    void aBoundPodStaysUntilItsNodeConfirms() {
        createPod("p");
        bind("p", "n1");
        call("DELETE", pods() + "/p");
        Answer waiting = call("GET", pods() + "/p");
        assertThat(waiting.text("/metadata/deletionGracePeriodSeconds")).isEqualTo("30");
        send("DELETE", pods() + "/p", "application/json", "{gracePeriodSeconds: 0}");
        assertThat(call("GET", pods() + "/p").code()).isEqualTo(404);
    }

    @Test
    void aBoundPodWithAFinalizerOutlivesItsNodesConfirmation() {
        send("POST", pods(), "application/json", pod("p", "finalizers: [example.com/wait]"));
        bind("p", "n1");
        call("DELETE", pods() + "/p");
        send("DELETE", pods() + "/p", "application/json", "{gracePeriodSeconds: 0}");
        assertThat(call("GET", pods() + "/p").text("/metadata/deletionGracePeriodSeconds"))
                .isEqualTo("0");
        send("PATCH", pods() + "/p", MERGE, "{metadata: {finalizers: null}}");
        assertThat(call("GET", pods() + "/p").code()).isEqualTo(404);
    }

    @Test
    void anEndedPodGoesAtOnce() {
        createPod("p");
        bind("p", "n1");
        send("PATCH", pods() + "/p/status", MERGE, "{status: {phase: Succeeded}}");
        call("DELETE", pods() + "/p");
        assertThat(call("GET", pods() + "/p").code()).isEqualTo(404);
    }

    @Test
    void anEvictionDeletesThePod() {
        createPod("p");
        Answer evicted = send(
                "POST",
                pods() + "/p/eviction",
                "application/json",
                "{apiVersion: policy/v1, kind: Eviction, metadata: {name: p}}");
        assertThat(evicted.code()).isEqualTo(201);
        assertThat(call("GET", pods() + "/p").code()).isEqualTo(404);
    }

    @Test
    void aPodIsBoundOnce() {
        createPod("p");
        assertThat(bind("p", "n1").code()).isEqualTo(201);
        assertRefused(
                bind("p", "n2"),
                409,
                "Conflict",
                "Operation cannot be fulfilled on pods/binding \"p\": pod p is already assigned to node \"n1\"");
    }

    @Test
    void whatAPodRunsCannotBeChanged() {
        createPod("p");
        Answer answer = send("PATCH", pods() + "/p", MERGE, "{spec: {hostname: other}}");
        assertThat(answer.code()).isEqualTo(422);
        assertThat(answer.message()).contains("spec: Forbidden: pod updates may not change fields other than");
    }

    @Test
    void dependentsGoWithTheirOwner() {
        String owner = createConfigMap("owner", "a", "b").text("/metadata/uid");
        send("POST", configMaps(), "application/json", dependent("dependent", owner));
        deleteOwner("Background");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> call("GET", configMaps() + "/dependent").code() == 404);
    }

    @Test
    void dependentsOfAnOwnerThatNeverLivedGo() {
        send(
                "POST",
                configMaps(),
                "application/json",
                dependent("dependent", UUID.randomUUID().toString()));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> call("GET", configMaps() + "/dependent").code() == 404);
    }

    @Test
    void anOwnerDeletedInTheForegroundGoesAfterItsDependents() {
        String owner = createConfigMap("owner", "a", "b").text("/metadata/uid");
        String dependent = dependent("dependent", owner)
                .replace("name: dependent,", "name: dependent, finalizers: [example.com/wait],");
        send("POST", configMaps(), "application/json", dependent);
        awaitGarbageCollector();
        deleteOwner("Foreground");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> !call("GET", configMaps() + "/dependent")
                        .text("/metadata/deletionTimestamp")
                        .isEmpty());
        assertThat(call("GET", configMaps() + "/owner").code()).isEqualTo(200);
        send("PATCH", configMaps() + "/dependent", MERGE, "{metadata: {finalizers: null}}");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> call("GET", configMaps() + "/owner").code() == 404);
    }

    @Test
    void orphansStayWithoutTheirOwner() {
        String owner = createConfigMap("owner", "a", "b").text("/metadata/uid");
        send("POST", configMaps(), "application/json", dependent("dependent", owner));
        awaitGarbageCollector();
        deleteOwner("Orphan");
        await().atMost(Duration.ofSeconds(30))
                .until(() -> call("GET", configMaps() + "/owner").code() == 404);
        Answer orphan = call("GET", configMaps() + "/dependent");
        assertThat(orphan.code()).isEqualTo(200);
        assertThat(orphan.body().at("/metadata/ownerReferences")).isEmpty();
    }

    @Test
    void aNamespaceGetsTheCertificateOfTheServer() {
        await().until(() -> call("GET", configMaps() + "/kube-root-ca.crt").code() == 200);
        assertThat(call("GET", configMaps() + "/kube-root-ca.crt").text("/data/ca.crt"))
                .contains("BEGIN CERTIFICATE");
    }

    @Test
    void aDeletedNamespaceTakesNothingNewAndGoesWhenItIsEmpty() {
        send("POST", configMaps(), "application/json", "{metadata: {name: a, finalizers: [example.com/wait]}}");
        call("DELETE", "/api/v1/namespaces/" + namespace);
        assertRefused(
                createWidget("late", "text: t"),
                403,
                "Forbidden",
                "widgets.contract.example.com \"late\" is forbidden: unable to create new content in namespace "
                        + namespace + " because it is being terminated");
        send("PATCH", configMaps() + "/a", MERGE, "{metadata: {finalizers: null}}");
        await().atMost(Duration.ofSeconds(60))
                .until(() -> call("GET", "/api/v1/namespaces/" + namespace).code() == 404);
    }

    @Test
    void anImmutableConfigMapCannotBeChanged() {
        send("POST", configMaps(), "application/json", "{metadata: {name: a}, immutable: true, data: {a: b}}");
        assertRefused(
                send("PATCH", configMaps() + "/a", MERGE, "{data: {a: c}}"),
                422,
                "Invalid",
                "ConfigMap \"a\" is invalid: data: Forbidden: field is immutable when `immutable` is set");
    }

    // ---- the rest

    @Test
    void aPodNeedsContainers() {
        Answer answer = send("POST", pods(), "application/json", "{metadata: {name: p}, spec: {containers: []}}");
        assertRefused(answer, 422, "Invalid", "Pod \"p\" is invalid: spec.containers: Required value");
    }

    @Test
    void aNodeRegistersWithItsStatus() {
        String name = namespace;
        String node = "{metadata: {name: %s}, status: {conditions: [{type: Ready, status: 'True'}]}}".formatted(name);
        Answer created = send("POST", "/api/v1/nodes", "application/json", node);
        call("DELETE", "/api/v1/nodes/" + name);
        assertThat(created.text("/status/conditions/0/type")).isEqualTo("Ready");
    }

    @Test
    void theServerIsDiscovered() {
        assertThat(client.hasApiGroup("contract.example.com", true)).isTrue();
        assertThat(client.supports("contract.example.com/v1", "Widget")).isTrue();
        assertThat(client.getKubernetesVersion().getMajor()).isEqualTo("1");
    }

    @Test
    void theSchemaIsPublishedWithItsDescriptions() {
        Answer document = call("GET", "/openapi/v3/apis/contract.example.com/v1");
        JsonNode schemas = document.body().at("/components/schemas");
        assertThat(schemas.findValuesAsText("description")).contains("What it says.");
        assertThat(schemas.findValues("x-kubernetes-group-version-kind")).isNotEmpty();
    }

    @Test
    void whoeverBringsNoTokenIsRefused() throws Exception {
        Config anonymous = Config.empty();
        anonymous.setMasterUrl(client.getConfiguration().getMasterUrl());
        anonymous.setTrustCerts(true);
        // kube-apiserver ends an HTTP/2 connection that brought no token before the client has read why
        anonymous.setHttp2Disable(true);
        try (KubernetesClient stranger =
                new KubernetesClientBuilder().withConfig(anonymous).build()) {
            HttpRequest request = stranger.getHttpClient()
                    .newHttpRequestBuilder()
                    .uri(stranger.getMasterUrl() + "api/v1/pods")
                    .build();
            int code = stranger.getHttpClient()
                    .sendAsync(request, String.class)
                    .get()
                    .code();
            assertThat(code).isIn(401, 403);
        }
    }

    // ---- how it is asked

    private record Answer(int code, JsonNode body) {
        String text(String pointer) {
            return body.at(pointer).asText("");
        }

        String message() {
            return text("/message");
        }

        String version() {
            return text("/metadata/resourceVersion");
        }

        List<String> fields() {
            return body.at("/details/causes").findValuesAsText("field");
        }

        List<String> causes() {
            List<String> causes = new ArrayList<>();
            body.at("/details/causes")
                    .forEach(cause -> causes.add(cause.path("field").asText() + ": "
                            + cause.path("message").asText()));
            return causes;
        }

        List<String> names() {
            List<String> names = new ArrayList<>();
            body.path("items")
                    .forEach(item -> names.add(item.at("/metadata/name").asText()));
            return names;
        }
    }

    private static void assertRefused(Answer answer, int code, String reason, String message) {
        assertThat(answer.message()).isEqualTo(message);
        assertThat(answer.code()).isEqualTo(code);
        assertThat(answer.text("/reason")).isEqualTo(reason);
        assertThat(answer.text("/status")).isEqualTo("Failure");
    }

    private static Answer call(String method, String path) {
        // fabric8 sends a DELETE as such only when it has a body
        return method.equals("DELETE") ? send(method, path, "application/json", "{}") : send(method, path, "", "");
    }

    private static Answer send(String method, String path, String contentType, String body) {
        return send(method, path, contentType, body, "application/json");
    }

    /** @param body YAML, for it needs no quotes; sent as JSON */
    private static Answer send(String method, String path, String contentType, String body, String accept) {
        try {
            String json = body.isEmpty() ? null : YAML.readTree(body).toString();
            HttpRequest request = client.getHttpClient()
                    .newHttpRequestBuilder()
                    .uri(client.getMasterUrl().toString().replaceAll("/$", "") + path)
                    .method(method, contentType, json)
                    .header("Accept", accept)
                    .build();
            HttpResponse<String> response =
                    client.getHttpClient().sendAsync(request, String.class).get(30, TimeUnit.SECONDS);
            return new Answer(response.code(), JSON.readTree(response.body()));
        } catch (Exception e) {
            throw new AssertionError(method + " " + path, e);
        }
    }

    private String widgets() {
        return "/apis/contract.example.com/v1/namespaces/" + namespace + "/widgets";
    }

    private String configMaps() {
        return "/api/v1/namespaces/" + namespace + "/configmaps";
    }

    private String pods() {
        return "/api/v1/namespaces/" + namespace + "/pods";
    }

    /** @param spec YAML without the braces */
    private static String widget(String name, String spec) {
        return "{apiVersion: contract.example.com/v1, kind: Widget, metadata: {name: %s}, spec: {%s}}"
                .formatted(name, spec);
    }

    private Answer createWidget(String name, String spec) {
        return send("POST", widgets(), "application/json", widget(name, spec));
    }

    private Answer apply(String manager, boolean force, String spec) {
        String path = "%s/a?fieldManager=%s&force=%s".formatted(widgets(), manager, force);
        return send("PATCH", path, APPLY, widget("a", spec));
    }

    private Answer createConfigMap(String name, String label, String value) {
        return send(
                "POST",
                configMaps(),
                "application/json",
                "{metadata: {name: %s, labels: {%s: %s}}}".formatted(name, label, value));
    }

    private static String dependent(String name, String ownerUid) {
        return "{metadata: {name: %s, ownerReferences: [{apiVersion: v1, kind: ConfigMap, name: owner, uid: %s, blockOwnerDeletion: true}]}}"
                .formatted(name, ownerUid);
    }

    private void deleteOwner(String propagation) {
        send("DELETE", configMaps() + "/owner", "application/json", "{propagationPolicy: " + propagation + "}");
    }

    /** The collector sees changes in their order: when it has taken this one away, it knows all that was before. */
    private void awaitGarbageCollector() {
        send(
                "POST",
                configMaps(),
                "application/json",
                dependent("canary", UUID.randomUUID().toString()));
        await().atMost(Duration.ofSeconds(30))
                .until(() -> call("GET", configMaps() + "/canary").code() == 404);
    }

    private static String pod(String name, String metadata) {
        return "{metadata: {name: %s, %s}, spec: {containers: [{name: c, image: 'i:1'}]}}".formatted(name, metadata);
    }

    private Answer createPod(String name) {
        return send("POST", pods(), "application/json", pod(name, "labels: {a: b}"));
    }

    private Answer bind(String pod, String node) {
        String body = "{apiVersion: v1, kind: Binding, metadata: {name: %s}, target: {kind: Node, name: %s}}"
                .formatted(pod, node);
        return send("POST", pods() + "/" + pod + "/binding", "application/json", body);
    }

    private List<String> selected(String labelSelector) {
        return client.configMaps().inNamespace(namespace).withLabelSelector(labelSelector).list().getItems().stream()
                .map(map -> map.getMetadata().getName())
                .sorted()
                .toList();
    }

    private Watching watch(String version, String label) {
        return new Watching(version, label);
    }

    private final class Watching implements AutoCloseable {
        private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
        private final Watch watch;

        Watching(String version, String label) {
            watch = client.configMaps()
                    .inNamespace(namespace)
                    .withLabel(label)
                    .watch(new ListOptionsBuilder().withResourceVersion(version).build(), new Watcher<>() {
                        @Override
                        public void eventReceived(Action action, ConfigMap map) {
                            events.add(action + " " + map.getMetadata().getName());
                        }

                        @Override
                        public void onClose(WatcherException cause) {
                            events.add("CLOSED");
                        }
                    });
        }

        List<String> next(int count) throws InterruptedException {
            List<String> next = new ArrayList<>();
            for (int i = 0; i < count; i++) {
                next.add(String.valueOf(events.poll(10, TimeUnit.SECONDS)));
            }
            return next;
        }

        @Override
        public void close() {
            watch.close();
        }
    }
}
