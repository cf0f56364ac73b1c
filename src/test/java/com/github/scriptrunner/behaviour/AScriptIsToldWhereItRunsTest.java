package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.RunResult;
import java.util.Map;
import org.junit.jupiter.api.Test;

@BehaviourTest
class AScriptIsToldWhereItRunsTest {
    @Test
    void itsEnvironmentNamesNodeRunnerRunAndAttempt(TestNamespace namespace) {
        Runner runner = namespace.create("who-am-i", Map.of("runs", 2, "nodeSelector", ON_ONE_NODE, "script", """
                        import os
                        print(os.environ["NODE_NAME"], os.environ["SCRIPTRUNNER_NAMESPACE"], os.environ["SCRIPTRUNNER_NAME"],
                              os.environ["SCRIPTRUNNER_RUN"], os.environ["SCRIPTRUNNER_ATTEMPT"])
                        """));

        var history = node(runner.awaitComplete(), NODE_1).history();

        assertThat(history)
                .extracting(RunResult::stdout)
                .containsExactly(
                        NODE_1 + " " + namespace.name() + " who-am-i 2 1\n",
                        NODE_1 + " " + namespace.name() + " who-am-i 1 1\n");
    }

    @Test
    void itGetsNoInputAndAnEmptyPrivateDirectory(TestNamespace namespace) {
        Runner runner = namespace.create(Map.of("nodeSelector", ON_ONE_NODE, "script", """
                import os, sys
                print(repr(sys.stdin.read()), os.listdir("."), os.getcwd() == os.path.realpath(os.environ["HOME"]))
                open("left-behind", "w").close()
                """, "runs", 2));

        var history = node(runner.awaitComplete(), NODE_1).history();

        assertThat(history).hasSize(2).extracting(RunResult::stdout).containsOnly("'' [] True\n");
    }
}
