package com.github.scriptrunner.kubernetes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.tuple;

import com.github.scriptrunner.domain.Occurrence;
import com.github.scriptrunner.playground.apiserver.ApiServer;
import com.github.scriptrunner.playground.node.PodLogs;
import io.fabric8.kubernetes.api.model.Event;
import io.fabric8.kubernetes.client.KubernetesClient;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EventsTest {
    private ApiServer api;
    private KubernetesClient client;
    private Events events;
    private Instant now = Instant.parse("2026-01-01T00:00:00Z");

    @BeforeEach
    void start(@TempDir Path directory) throws Exception {
        api = ApiServer.start(directory, new PodLogs());
        client = api.newClient();
        events = new Events(client, () -> now);
    }

    @AfterEach
    void stop() {
        client.close();
        api.close();
    }

    @Test
    void anOccurrenceIsAnEventOfItsRunner() {
        events.tell(failed("uid-1", "run 1 on n1: Failed"));

        assertThat(told()).singleElement().satisfies(event -> {
            assertThat(event.getInvolvedObject().getKind()).isEqualTo("ScriptRunner");
            assertThat(event.getInvolvedObject().getUid()).isEqualTo("uid-1");
            assertThat(event.getType()).isEqualTo("Warning");
            assertThat(event.getReason()).isEqualTo("RunFailed");
            assertThat(event.getMessage()).isEqualTo("run 1 on n1: Failed");
            assertThat(event.getCount()).isEqualTo(1);
        });
    }

    @Test
    void anotherOfItsKindCountsUpAndSaysTheLatest() {
        events.tell(failed("uid-1", "first"));
        now = now.plusSeconds(60);

        events.tell(failed("uid-1", "second"));

        assertThat(told()).singleElement().satisfies(event -> {
            assertThat(event.getCount()).isEqualTo(2);
            assertThat(event.getMessage()).isEqualTo("second");
            assertThat(event.getFirstTimestamp()).isEqualTo("2026-01-01T00:00:00Z");
            assertThat(event.getLastTimestamp()).isEqualTo("2026-01-01T00:01:00Z");
        });
    }

    @Test
    void anEventThatTheApiServerForgotIsMadeAnew() {
        events.tell(failed("uid-1", "first"));
        now = now.plus(Duration.ofHours(2));
        client.v1().events().inNamespace("default").delete();

        events.tell(failed("uid-1", "second"));

        assertThat(told()).extracting(Event::getMessage).containsExactly("second");
    }

    @Test
    void afterTwentyFiveThereIsOneInFiveMinutesWhichCountsTheOthers() {
        for (int number = 1; number <= 30; number++) {
            events.tell(failed("uid-1", "number " + number));
        }
        assertThat(told()).extracting(Event::getCount).containsExactly(25);
        now = now.plus(Duration.ofMinutes(5));

        events.tell(failed("uid-1", "number 31"));
        events.tell(failed("uid-1", "number 32"));

        assertThat(told()).extracting(Event::getCount, Event::getMessage).containsExactly(tuple(31, "number 31"));
    }

    @Test
    void aNoisyRunnerSilencesNoOther() {
        for (int number = 1; number <= 30; number++) {
            events.tell(failed("uid-1", "noise"));
        }

        events.tell(failed("uid-2", "another"));

        assertThat(told()).extracting(Event::getMessage).containsExactlyInAnyOrder("noise", "another");
    }

    private static Occurrence failed(String uid, String message) {
        return new Occurrence("default", "runner-of-" + uid, uid, Occurrence.Kind.RunFailed, message);
    }

    private List<Event> told() {
        return client.v1().events().inNamespace("default").list().getItems();
    }
}
