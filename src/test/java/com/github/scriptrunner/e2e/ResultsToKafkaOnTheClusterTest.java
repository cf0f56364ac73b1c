package com.github.scriptrunner.e2e;

import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_2;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_3;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import com.github.scriptrunner.behaviour.Runner;
import com.github.scriptrunner.behaviour.SharedCluster;
import com.github.scriptrunner.behaviour.TestNamespace;
import com.github.scriptrunner.chaos.KafkaBroker;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.condition.EnabledIfEnvironmentVariable;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.api.parallel.Isolated;

/** A component of Camel that is not in the operator's image, brought into the cluster as docs/routes.md says. */
@ExtendWith(SharedCluster.class)
@Isolated
@Tag("cluster")
@Timeout(300)
@EnabledIfEnvironmentVariable(
        named = "E2E_KAFKA",
        matches = ".+",
        disabledReason = "E2E_KAFKA does not say that the nodes have an image with examples/extra")
class ResultsToKafkaOnTheClusterTest {
    @TempDir
    private Path folder;

    @Test
    void eachNodesResultIsInKafka(TestNamespace namespace) throws Exception {
        Path log =
                Files.writeString(Files.createDirectories(Path.of("target/e2e")).resolve("kafka.log"), "");
        try (KafkaBroker kafka = KafkaBroker.start(
                        SharedCluster.addressOfTests(), Files.createDirectory(folder.resolve("kafka")), log);
                Overlay overlay = Overlay.in(Files.createDirectory(folder.resolve("overlay")))) {
            kafka.awaitStarted();
            overlay.write(
                    "publish-result.yaml",
                    Files.readString(Path.of("examples/routes/results-to-kafka/publish-result.yaml")));
            overlay.write(
                    "kustomization.yaml",
                    Documented.kustomization("docs/routes.md", "KAFKA_BROKERS").replace("kafka:9092", kafka.address()));
            overlay.apply("");
            Overlay.awaitOperator();

            namespace.create(Map.of("script", "print('to Kafka')")).awaitComplete();

            await().atMost(Runner.PATIENCE)
                    .untilAsserted(() -> assertThat(kafka.read("scriptrunner-results"))
                            .allSatisfy(record -> assertThat(record).contains("to Kafka"))
                            .extracting(record -> record.split(" ", 2)[0])
                            .containsExactlyInAnyOrder(Stream.of(NODE_1, NODE_2, NODE_3)
                                    .map(node -> namespace.name() + "/runner/" + node)
                                    .toArray(String[]::new)));
        }
    }
}
