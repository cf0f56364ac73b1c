package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.domain.PodToStart;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** What {@code docs/routes.md} puts before {@code create}. */
class ANodeSaysWhyNotTest extends RouteFiles {
    ANodeSaysWhyNotTest() {
        super(changed(), "errors");
        camelContextConfiguration().withMockEndpointsAndSkip("workqueue:runners");
    }

    @Override
    void advise() {
        // its only neighbour is the queue
    }

    private static String changed() {
        try {
            String no = Files.readString(Path.of("docs/routes.md"))
                    .lines()
                    .dropWhile(line -> !line.equals("- filter:"))
                    .takeWhile(line -> !line.equals("```"))
                    .map(line -> "        " + line + "\n")
                    .reduce("", String::concat);
            String ours = Files.readString(Path.of("src/main/resources/routes/create-pod.yaml"));
            Path file = Files.createDirectories(Path.of("target/routes-guide")).resolve("create-pod.yaml");
            Files.writeString(file, ours.replace("        - bean:\n", no + "        - bean:\n"));
            return file.toString().replaceFirst("\\.yaml$", "");
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aStepThatThrowsGivesItsReason() {
        send("edge-1");

        assertThat(api.lines()).isEmpty();
        assertThat(setbacks("ops/hello")).contains("nodes of the edge are being moved");
    }

    @Test
    void otherNodesGoOn() {
        send("n1");

        assertThat(api.lines()).contains("POST /api/v1/namespaces/ops/pods");
    }

    private void send(String node) {
        template.sendBody(
                "direct:create-pod", new PodToStart(Samples.runner("hello"), "hello-1", node, "id-of-" + node, 1, 1));
    }
}
