package com.github.scriptrunner.api;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Kind;
import io.fabric8.kubernetes.model.annotation.Plural;
import io.fabric8.kubernetes.model.annotation.ShortNames;
import io.fabric8.kubernetes.model.annotation.Singular;
import io.fabric8.kubernetes.model.annotation.Version;

/** A Python script that runs on every selected node, and what each node said. */
@Group(ScriptRunner.GROUP)
@Version(ScriptRunner.VERSION)
@Kind("ScriptRunner")
@Singular("scriptrunner")
@Plural("scriptrunners")
@ShortNames("sr")
public class ScriptRunner extends CustomResource<ScriptRunnerSpec, ScriptRunnerStatus> implements Namespaced {
    public static final String GROUP = "scriptrunner.github.com";
    public static final String VERSION = "v1alpha1";
}
