package com.github.scriptrunner.behaviour;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.Runner.node;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.RunResult;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.HexFormat;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

@BehaviourTest
class AScriptArrivesByteForByteTest {
    private static final int LONGEST = 204_800;

    private static final String TELL_OF_YOURSELF = """
            import hashlib, pathlib
            own = pathlib.Path(__file__).read_bytes()
            print(hashlib.sha256(own).hexdigest(), len(own))
            """;

    private enum Script {
        OF_SEVERAL_LINES(TELL_OF_YOURSELF + "\n\n# the end\n\n\n"),
        WITHOUT_A_LAST_LINE_END(TELL_OF_YOURSELF + "# no line end"),
        THAT_BEGINS_AND_ENDS_BLANK("\n  \n" + TELL_OF_YOURSELF + "   \n\t\n "),
        WITH_QUOTES(TELL_OF_YOURSELF + "a = '\"' + \"'\" + '''\"''' + \"\"\"'\"\"\"  # `\n"),
        WITH_BACKSLASHES_AND_TABS(TELL_OF_YOURSELF + "if own:\n\ta = '\\\\ \\n \\x41 \\'' \\\n\t+ r'\\d'\n"),
        WITH_WHAT_SHELLS_AND_TEMPLATES_REPLACE(
                TELL_OF_YOURSELF
                        + "# $HOME ${HOME} $(id) $(NODE_NAME) $$(x) `id` {{x}} {{env:HOME}} ${body} $simple{body} %s %d %% ~ ! \\$\n"),
        OF_MANY_ALPHABETS(TELL_OF_YOURSELF + "a = 'ä 漢字 \uD83D\uDE00 e\u0301 \u2028 \u00A0 \uFFFD'\n"),
        WITH_CARRIAGE_RETURNS(TELL_OF_YOURSELF.replace("\n", "\r\n") + "a = '''\r\n'''\r\n"),
        WITH_CONTROL_CHARACTERS(TELL_OF_YOURSELF + "# \u0001\u001B[31m\u007F\u0085\n"),
        WITH_A_BYTE_ORDER_MARK("\uFEFF" + TELL_OF_YOURSELF),
        THAT_LOOKS_LIKE_YAML("--- # |\n".substring(4) + TELL_OF_YOURSELF + "# a: b\n# - c\n# ---\n# ...\n"),
        OF_THE_GREATEST_LENGTH(TELL_OF_YOURSELF + "#".repeat(LONGEST - TELL_OF_YOURSELF.length()));

        private final String text;

        Script(String text) {
            this.text = text;
        }
    }

    @ParameterizedTest
    @EnumSource
    void script(Script script, TestNamespace namespace) throws Exception {
        byte[] bytes = script.text.getBytes(StandardCharsets.UTF_8);
        Runner runner = namespace.create(Map.of("script", script.text, "nodeSelector", ON_ONE_NODE));

        RunResult result = latest(node(runner.awaitComplete(), NODE_1));

        String sha256 =
                HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        assertThat(result.stderr()).isNull();
        assertThat(result.stdout()).isEqualTo(sha256 + " " + bytes.length + "\n");
    }
}
