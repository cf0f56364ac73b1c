package com.github.scriptrunner.e2e;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/** What a page tells its readers to write. */
final class Documented {
    private Documented() {}

    /** The first kustomization of a page with this text in it. */
    static String kustomization(String page, String text) throws IOException {
        return blocks(Files.readString(Path.of(page)), "yaml")
                .filter(yaml -> yaml.startsWith("apiVersion: kustomize.config.k8s.io/") && yaml.contains(text))
                .findFirst()
                .orElseThrow();
    }

    /** Those of this language, in order. */
    static Stream<String> blocks(String markdown, String language) {
        return Pattern.compile("```" + language + "\n(.*?)```", Pattern.DOTALL)
                .matcher(markdown)
                .results()
                .map((MatchResult block) -> block.group(1));
    }
}
