package com.github.scriptrunner.e2e;

import static com.github.scriptrunner.behaviour.Runner.latest;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_1;
import static com.github.scriptrunner.behaviour.SharedCluster.NODE_2;
import static com.github.scriptrunner.behaviour.TestNamespace.ON_ONE_NODE;
import static com.github.scriptrunner.behaviour.TestNamespace.onNodes;
import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.api.NodeStatus;
import com.github.scriptrunner.api.Outcome;
import com.github.scriptrunner.behaviour.BehaviourTest;
import com.github.scriptrunner.behaviour.Gate;
import com.github.scriptrunner.behaviour.Runner;
import com.github.scriptrunner.behaviour.TestNamespace;
import io.fabric8.kubernetes.api.model.ConfigMap;
import io.fabric8.kubernetes.api.model.ConfigMapBuilder;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A user who has Kubernetes' role {@code edit} in the namespace, but not the verb {@code run-privileged}. */
@BehaviourTest
@Tag("cluster")
class AnEditorGetsNoPrivilegesTest {
    private static final String THE_MISSING_RIGHT = "the verb run-privileged on scriptrunners";

    private static final String POD = """
            {"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "forged", %s},
             "spec": {"containers": [{"name": "script", "image": "any"}]}}""";

    private static void allowEdit(TestNamespace namespace) {
        Shell.kubectl("create", "rolebinding", "editor", "-n", namespace.name(), "--clusterrole=edit", "--user=editor")
                .succeeds();
    }

    private static Shell.Result editor(TestNamespace namespace, String... command) {
        return Shell.kubectl(asEditor(namespace, command));
    }

    private static String[] asEditor(TestNamespace namespace, String... command) {
        return Stream.concat(Stream.of("--as=editor", "--namespace=" + namespace.name()), Stream.of(command))
                .toArray(String[]::new);
    }

    private static String runner(String mode) {
        return """
                {"apiVersion": "scriptrunner.github.com/v1alpha1", "kind": "ScriptRunner",
                 "metadata": {"name": "mine"}, "spec": {"mode": "%s", "script": "print(1)"}}""".formatted(mode);
    }

    @Test
    void byAScriptRunner(TestNamespace namespace) {
        allowEdit(namespace);
        for (String mode : Set.of("Privileged", "PrivilegedWithHostFS")) {
            assertThat(Shell.kubectlWithInput(runner(mode), asEditor(namespace, "create", "-f", "-"))
                            .isRefused()
                            .output())
                    .contains(
                            "mode " + mode, "editor needs " + THE_MISSING_RIGHT + " in namespace " + namespace.name());
        }
        Shell.kubectlWithInput(runner("Normal"), asEditor(namespace, "create", "-f", "-"))
                .succeeds();
        assertThat(editor(
                                namespace,
                                "patch",
                                "sr",
                                "mine",
                                "--type=merge",
                                "-p",
                                "{\"spec\":{\"mode\":\"Privileged\"}}")
                        .isRefused()
                        .output())
                .contains(THE_MISSING_RIGHT);
        assertThat(editor(
                                namespace,
                                "patch",
                                "sr",
                                "mine",
                                "--subresource=status",
                                "--type=merge",
                                "-p",
                                "{\"status\":{\"summary\":\"well done\"}}")
                        .isRefused()
                        .output())
                .contains("resource \"scriptrunners/status\"");
    }

    @Test
    void byOneOfSomebodyElseWhichItMayStillLabelAndDelete(TestNamespace namespace) {
        allowEdit(namespace);
        namespace.create("theirs", Map.of("script", "print(1)", "mode", "Privileged", "nodeSelector", ON_ONE_NODE));

        for (String spec : Set.of("{\"spec\":{\"script\":\"print(2)\"}}", "{\"spec\":{\"mode\":\"Normal\"}}")) {
            assertThat(editor(namespace, "patch", "sr", "theirs", "--type=merge", "-p", spec)
                            .isRefused()
                            .output())
                    .contains(THE_MISSING_RIGHT);
        }

        editor(namespace, "label", "sr", "theirs", "seen=yes").succeeds();
        editor(namespace, "delete", "sr", "theirs").succeeds();
    }

    @Test
    void byAPodOfAScript(TestNamespace namespace) {
        allowEdit(namespace);
        // no part of the role edit, but often given
        Shell.kubectl(
                        "create",
                        "role",
                        "debugger",
                        "-n",
                        namespace.name(),
                        "--verb=patch",
                        "--resource=pods/ephemeralcontainers")
                .succeeds();
        Shell.kubectl("create", "rolebinding", "debugger", "-n", namespace.name(), "--role=debugger", "--user=editor")
                .succeeds();
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(
                    Map.of("script", gate.script(), "mode", "Privileged", "nodeSelector", ON_ONE_NODE));
            String pod = runner.awaitRunningPod().getMetadata().getName();
            for (String command : Set.of(
                    "exec POD -- id",
                    "attach POD",
                    "debug POD --image=any --target=script",
                    "set image pod/POD script=any",
                    "label pod POD app.kubernetes.io/managed-by-",
                    "annotate pod POD a=b")) {
                assertThat(editor(namespace, command.replace("POD", pod).split(" "))
                                .isRefused()
                                .output())
                        .as(command)
                        .contains(THE_MISSING_RIGHT);
            }
        }
    }

    @Test
    void byAPodThatLooksLikeOne(TestNamespace namespace) {
        allowEdit(namespace);
        for (String metadata : Set.of(
                "\"labels\": {\"app.kubernetes.io/managed-by\": \"scriptrunner-operator\"}",
                "\"finalizers\": [\"scriptrunner.github.com/result\"]")) {
            assertThat(Shell.kubectlWithInput(POD.formatted(metadata), asEditor(namespace, "create", "-f", "-"))
                            .isRefused()
                            .output())
                    .contains("which the operator alone creates", THE_MISSING_RIGHT);
        }
        Shell.kubectlWithInput(POD.formatted("\"labels\": {}"), asEditor(namespace, "create", "-f", "-"))
                .succeeds();
        assertThat(editor(namespace, "label", "pod", "forged", "app.kubernetes.io/managed-by=scriptrunner-operator")
                        .isRefused()
                        .output())
                .contains("which the operator alone creates", THE_MISSING_RIGHT);
    }

    @Test
    void byTheConfigMapOfAScript(TestNamespace namespace) {
        allowEdit(namespace);
        try (Gate gate = Gate.closed()) {
            Runner runner = namespace.create(Map.of(
                    "script", gate.script() + "print('ours')", "mode", "Privileged", "nodeSelector", onNodes(NODE_1)));
            runner.awaitRunningPod();
            ConfigMap ours = runner.configMaps().get(0);
            String name = ours.getMetadata().getName();
            assertThat(editor(namespace, "patch", "cm", name, "-p", "{\"data\":{\"script.py\":\"print('evil')\"}}")
                            .isRefused()
                            .output())
                    .contains("immutable");
            editor(namespace, "delete", "cm", name).succeeds();
            String forged = namespace
                    .client()
                    .getKubernetesSerialization()
                    .asJson(new ConfigMapBuilder(ours)
                            .editMetadata()
                            .withResourceVersion(null)
                            .withUid(null)
                            .endMetadata()
                            .addToData("script.py", "print('evil')")
                            .addToData("os.py", "print('evil')")
                            .build());
            Shell.kubectlWithInput(forged, asEditor(namespace, "create", "-f", "-"))
                    .succeeds();
            gate.open();

            // where the forged one is not on the node yet
            runner.edit(Map.of("nodeSelector", onNodes(NODE_2)));

            NodeStatus node = runner.awaitNode(
                    NODE_2,
                    now -> assertThat(now.completedRuns() == 1 || now.reason() != null)
                            .isTrue());
            if (node.completedRuns() == 1) {
                assertThat(latest(node).outcome()).isEqualTo(Outcome.SetupFailed);
                assertThat(latest(node).stderr()).contains("was not run: its SHA-256 is");
            } else {
                assertThat(node.message()).contains(name, "is not this runner's script");
            }
        }
    }
}
