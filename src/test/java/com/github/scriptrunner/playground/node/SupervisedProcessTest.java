package com.github.scriptrunner.playground.node;

import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Timeout(60)
class SupervisedProcessTest {

    /** Writes the process id of a child in another session, whose parent ends, and of a background job; then lingers. */
    private static final String FAMILY = """
            sh -c 'setsid sh -c "echo \\$\\$ >> pids; exec sleep 1000" &'
            sleep 1000 &
            echo $! >> pids
            echo $$ >> pids
            """;

    @TempDir
    Path directory;

    private Python python;
    private Path log;

    @BeforeEach
    void findPython() throws Exception {
        python = Python.find(directory);
        log = PrivateFiles.createFile(directory.resolve("log"));
    }

    private SupervisedProcess start(String shell) throws IOException {
        return start(List.of("sh", "-c", shell));
    }

    private SupervisedProcess start(List<String> command) throws IOException {
        return SupervisedProcess.start(python, command, Map.of("PATH", System.getenv("PATH")), directory, log);
    }

    @ParameterizedTest
    @CsvSource({"exit 0, 0", "exit 3, 3", "exit 255, 255", "kill -9 $$, 137", "kill -15 $$, 143", "kill -11 $$, 139"})
    void theExitCodeIsTheCommandsOwnOr128PlusTheSignal(String command, int expected) throws Exception {
        SupervisedProcess process = start(command);

        int code = process.waitFor();

        assertThat(code).isEqualTo(expected);
    }

    @Test
    void aCommandThatDoesNotExistIsNamedInTheLog() throws Exception {
        SupervisedProcess process = start(List.of("no-such-command"));

        int code = process.waitFor();

        assertThat(code).isEqualTo(127);
        assertThat(log).hasContent("cannot run no-such-command: No such file or directory\n");
    }

    @Test
    void theCommandSeesExactlyItsEnvironment() throws Exception {
        Map<String, String> environment = Map.of("PATH", System.getenv("PATH"), "TEXT", "a 'b' \"c\" $HOME \n d");
        SupervisedProcess process = SupervisedProcess.start(
                python,
                List.of(python.executable(), "-c", "import os; print(dict(os.environ)['TEXT'], len(os.environ))"),
                environment,
                directory,
                log);

        process.waitFor();

        // Python itself sets LC_CTYPE where the locale is C
        assertThat(Files.readString(log)).startsWith("a 'b' \"c\" $HOME \n d ").containsAnyOf(" 2\n", " 3\n");
    }

    @Test
    void sigtermReachesTheCommand() throws Exception {
        SupervisedProcess process = start("trap 'echo ended; exit 5' TERM; echo ready; while :; do sleep 0.05; done");
        await().until(() -> Files.readString(log).contains("ready"));

        process.terminate();

        assertThat(process.waitFor()).isEqualTo(5);
        assertThat(log).hasContent("ready\nended\n");
    }

    @Test
    void whatTheCommandLeavesBehindEndsWithIt() throws Exception {
        SupervisedProcess process = start(FAMILY + "until [ $(wc -l < pids) = 3 ]; do sleep 0.05; done; exit 4");

        int code = process.waitFor();

        assertThat(code).isEqualTo(4);
        assertThat(pids(directory)).hasSize(3).noneMatch(SupervisedProcessTest::isAlive);
    }

    @Test
    void killEndsAllDescendantsAlsoThoseThatIgnoreSigterm() throws Exception {
        SupervisedProcess process = start("trap '' TERM\n" + FAMILY + "wait");
        await().until(() -> pids(directory).size() == 3);

        process.kill();

        assertThat(process.waitFor()).isEqualTo(137);
        assertThat(pids(directory)).noneMatch(SupervisedProcessTest::isAlive);
    }

    @Test
    void noProcessSurvivesAJvmThatIsKilled() throws Exception {
        Process jvm = new ProcessBuilder(
                        ProcessHandle.current().info().command().orElseThrow(),
                        "-cp",
                        System.getProperty("java.class.path"),
                        Jvm.class.getName(),
                        Files.createDirectory(directory.resolve("jvm")).toString())
                .inheritIO()
                .start();
        Path pids = directory.resolve("jvm");
        await().atMost(Duration.ofSeconds(20)).until(() -> pids(pids).size() == 3);
        assertThat(pids(pids)).allMatch(SupervisedProcessTest::isAlive);

        jvm.destroyForcibly();

        await().atMost(Duration.ofSeconds(5))
                .untilAsserted(() -> assertThat(pids(pids)).noneMatch(SupervisedProcessTest::isAlive));
    }

    /** A JVM that starts a family of processes and lingers. */
    static final class Jvm {
        private Jvm() {}

        public static void main(String[] arguments) throws Exception {
            Path directory = Path.of(arguments[0]);
            SupervisedProcess.start(
                            Python.find(directory),
                            List.of("sh", "-c", FAMILY + "wait"),
                            System.getenv(),
                            directory,
                            PrivateFiles.createFile(directory.resolve("log")))
                    .waitFor();
        }
    }

    private static List<Long> pids(Path directory) throws IOException {
        Path file = directory.resolve("pids");
        try (Stream<String> lines = Files.exists(file) ? Files.lines(file) : Stream.empty()) {
            return lines.map(Long::valueOf).toList();
        }
    }

    private static boolean isAlive(long pid) {
        return ProcessHandle.of(pid).isPresent();
    }
}
