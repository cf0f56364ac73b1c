package com.github.scriptrunner.camel.informer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Where fabric8's informer alone would hang; inspections are made by hand, at times that the test chooses. */
class SelfHealingInformerTest {
    private static final Duration STALE = Duration.ofMinutes(5);

    private final FakeApi api = new FakeApi();
    private final KubernetesClient client = api.client();
    private final List<String> events = new CopyOnWriteArrayList<>();
    private volatile Duration now = Duration.ZERO;
    private final SelfHealingInformer<Pod> informer = new SelfHealingInformer<>(
            "pods",
            () -> client.pods().inAnyNamespace().withLimit(500L).runnableInformer(0),
            STALE,
            () -> now.toNanos(),
            event -> events.add(
                    event.action() + " " + event.object().getMetadata().getName()));

    @BeforeEach
    void onePod() {
        api.put("a");
    }

    @AfterEach
    void close() {
        informer.stop();
        client.close();
        api.close();
    }

    @Test
    void aListThatStopsHalfwayIsStartedAgain() {
        api.nextLists.add(FakeApi.STOP_HALFWAY);
        beginWithoutAnswer();

        pass(STALE);

        await().untilAsserted(() -> assertThat(events).containsExactly("ADDED a"));
    }

    @Test
    void aSlowListIsLeftAlone() {
        api.nextLists.add(FakeApi.STOP_HALFWAY);
        beginWithoutAnswer();

        pass(STALE.minusSeconds(2));

        assertThat(api.lists).hasSize(1);
    }

    @Test
    void aSilentWatchIsReplacedAndTellsOnlyWhatChangedMeanwhile() {
        api.put("b");
        begin();
        await().untilAsserted(() -> assertThat(events).containsExactly("ADDED a", "ADDED b"));
        api.muteWatches();
        api.put("b");
        api.put("c");
        api.delete("a");
        informer.inspect();

        pass(STALE);

        await().untilAsserted(() ->
                assertThat(events).containsExactly("ADDED a", "ADDED b", "MODIFIED b", "ADDED c", "DELETED a"));
        assertThat(informer.indexer().listKeys()).containsExactlyInAnyOrder("ops/b", "ops/c");
        assertThat(informer.hasSynced()).isTrue();
    }

    @Test
    void aWatchThatSaysSomethingIsLeftAlone() {
        begin();
        api.put("b");
        await().until(() -> events.contains("ADDED b"));
        informer.inspect();

        pass(STALE.minusSeconds(2));

        assertThat(api.lists).hasSize(1);
    }

    @Test
    void aWatchThatCannotBeOpenedAgainIsDeadWithACauseAndRecovers() {
        begin();
        api.put("b");
        await().until(() -> events.contains("ADDED b"));
        informer.inspect();
        api.nextWatches.addAll(Collections.nCopies(1_000, 403));
        api.nextLists.addAll(Collections.nCopies(2, 403));
        api.endWatches();
        await().until(() -> {
            informer.inspect();
            return informer.status().deadFor().isPresent();
        });
        assertThat(informer.status().lastFailure()).as("fabric8 tells nobody").isEmpty();

        pass(SelfHealingInformer.REOPEN_WITHIN);

        await().untilAsserted(() ->
                assertThat(informer.status().lastFailure().orElse("")).contains("the test says 403"));
        assertThat(informer.status().deadFor().orElseThrow()).isGreaterThan(SelfHealingInformer.REOPEN_WITHIN);
        api.nextWatches.clear();
        api.put("c");
        await().untilAsserted(() -> assertThat(events).containsExactly("ADDED a", "ADDED b", "ADDED c"));
        // "c" may have come with the list
        await().untilAsserted(() -> {
            api.put("c");
            informer.inspect();
            assertThat(informer.status().deadFor()).isEmpty();
            assertThat(informer.status().lastFailure()).isEmpty();
        });
    }

    @Test
    void aQuietWatchIsNoDeadOne() {
        begin();

        assertThat(informer.status().deadFor()).isEmpty();
    }

    @Test
    void aWatchThatIsRefusedFromTheBeginningIsDeadUntilItSaysSomething() {
        api.nextWatches.addAll(Collections.nCopies(1_000, 403));
        assertThat(informer.start()).succeedsWithin(10, TimeUnit.SECONDS);
        informer.inspect();
        pass(SelfHealingInformer.HEARD_WITHIN);

        pass(SelfHealingInformer.REOPEN_WITHIN);

        assertThat(informer.status().deadFor()).isPresent();
        api.nextWatches.clear();
        await().atMost(60, TimeUnit.SECONDS).untilAsserted(() -> {
            api.put("b");
            pass(Duration.ofSeconds(1));
            assertThat(informer.status().deadFor()).isEmpty();
        });
    }

    private void begin() {
        assertThat(informer.start()).succeedsWithin(10, TimeUnit.SECONDS);
        await().until(() -> api.openWatches() == 1);
        informer.inspect();
    }

    private void beginWithoutAnswer() {
        assertThat(informer.start()).isNotDone();
        await().until(() -> api.lists.size() == 1);
        informer.inspect();
    }

    private void pass(Duration duration) {
        now = now.plus(duration).plusSeconds(1);
        informer.inspect();
    }
}
