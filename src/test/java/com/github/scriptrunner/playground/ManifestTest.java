package com.github.scriptrunner.playground;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ManifestTest {
    @TempDir
    Path directory;

    @Test
    void allDocumentsOfAFileAreRead() throws Exception {
        Path file = Files.writeString(directory.resolve("two.yaml"), """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: one}
                data: {script.py: "print('\\t')"}
                ---
                ---
                apiVersion: v1
                kind: Namespace
                metadata: {name: two}
                """);

        List<Manifest> manifests = Manifest.read(file);

        assertThat(manifests)
                .extracting(manifest -> manifest.object().getMetadata().getName())
                .containsExactly("one", "two");
        assertThat(manifests.get(0).object().<String>get("data", "script.py")).isEqualTo("print('\t')");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "a: [        | this is not YAML",
                "just text   | every document needs apiVersion, kind and metadata.name",
                "a: 1        | every document needs apiVersion, kind and metadata.name",
                "'# nothing' | there is no object in it"
            })
    void whatIsNoObjectIsRefusedInASentence(String content, String sentence) throws Exception {
        Path file = Files.writeString(directory.resolve("bad.yaml"), content);

        assertThatThrownBy(() -> Manifest.read(file))
                .isInstanceOf(Refusal.class)
                .hasMessageStartingWith(file + ": " + sentence);
    }

    @Test
    void aFileThatIsNotThereIsRefusedInASentence() {
        Path file = directory.resolve("missing.yaml");

        assertThatThrownBy(() -> Manifest.read(file))
                .isInstanceOf(Refusal.class)
                .hasMessage(file + ": there is no such file");
    }
}
