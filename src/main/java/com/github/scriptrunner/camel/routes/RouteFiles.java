package com.github.scriptrunner.camel.routes;

import java.io.IOException;
import java.net.URI;
import java.net.URISyntaxException;
import java.nio.file.FileSystem;
import java.nio.file.FileSystems;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** The route files that are run: each file of a directory in the place of the one in the jar that has its name, or beside them. */
public final class RouteFiles {
    private static final String BUILT_IN = "/routes";

    /** By file name. */
    private final Map<String, RouteFile> builtIn;

    private final Map<String, RouteFile> ofDirectory;

    private RouteFiles(Map<String, RouteFile> builtIn, Map<String, RouteFile> ofDirectory) {
        this.builtIn = builtIn;
        this.ofDirectory = ofDirectory;
    }

    /**
     * Those of the jar with those of a directory.
     *
     * @throws IOException when the directory cannot be read, with a sentence that says why
     */
    public static RouteFiles with(Path directory) throws IOException {
        if (!Files.isDirectory(directory)) {
            throw new IOException("%s is not a directory of route files: give one that is there".formatted(directory));
        }
        return new RouteFiles(ofJar(), read(directory, "file:" + directory.toAbsolutePath()));
    }

    /** What Camel shall load, as {@code camel.main.routesIncludePattern} takes it. */
    public String includePattern() {
        return all().stream().map(RouteFile::location).collect(Collectors.joining(","));
    }

    private Collection<RouteFile> all() {
        Map<String, RouteFile> all = new TreeMap<>(builtIn);
        all.putAll(ofDirectory);
        return all.values();
    }

    Collection<RouteFile> builtIn() {
        return builtIn.values();
    }

    /** Those that somebody wrote, and that may have mistakes. */
    Collection<RouteFile> changed() {
        return ofDirectory.values();
    }

    private static Map<String, RouteFile> ofJar() throws IOException {
        try {
            URI routes = RouteFiles.class.getResource(BUILT_IN).toURI();
            if (!routes.getScheme().equals("jar")) {
                return read(Path.of(routes), "classpath:routes");
            }
            try (FileSystem jar = FileSystems.newFileSystem(routes, Map.of())) {
                return read(jar.getPath(BUILT_IN), "classpath:routes");
            }
        } catch (URISyntaxException e) {
            throw new IOException(e);
        }
    }

    /** Hidden files are left out: a mounted ConfigMap has some of its own. */
    private static Map<String, RouteFile> read(Path directory, String location) throws IOException {
        List<Path> files;
        try (Stream<Path> found = Files.list(directory)) {
            files = found.filter(file -> !file.getFileName().toString().startsWith("."))
                    .toList();
        }
        Map<String, RouteFile> byName = new TreeMap<>();
        for (Path file : files) {
            String name = file.getFileName().toString();
            byName.put(name, new RouteFile(name, location + "/" + name, text(file)));
        }
        return byName;
    }

    private static String text(Path file) throws IOException {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            throw new IOException("%s cannot be read as a file of UTF-8 text: %s".formatted(file, e), e);
        }
    }
}
