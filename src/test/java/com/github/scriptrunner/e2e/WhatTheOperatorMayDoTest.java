package com.github.scriptrunner.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.scriptrunner.behaviour.BehaviourTest;
import com.github.scriptrunner.behaviour.TestNamespace;
import io.fabric8.kubernetes.api.model.authorization.v1.ResourceRule;
import io.fabric8.kubernetes.api.model.authorization.v1.SelfSubjectRulesReviewBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@BehaviourTest
@Tag("cluster")
class WhatTheOperatorMayDoTest {
    @Test
    void itHasTheRightsItUsesAndNoOthers(TestNamespace namespace) {
        try (KubernetesClient operator = new KubernetesClientBuilder()
                .withConfig(new ConfigBuilder(namespace.client().getConfiguration())
                        .withImpersonateUsername("system:serviceaccount:scriptrunner-system:scriptrunner-operator")
                        .withImpersonateGroups("system:serviceaccounts", "system:authenticated")
                        .build())
                .build()) {

            List<ResourceRule> rules = operator.resource(new SelfSubjectRulesReviewBuilder()
                            .withNewSpec()
                            .withNamespace(namespace.name())
                            .endSpec()
                            .build())
                    .create()
                    .getStatus()
                    .getResourceRules();

            assertThat(rules)
                    // everybody may ask who they are and what they may do
                    .filteredOn(rule -> rule.getResources().stream().noneMatch(name -> name.startsWith("selfsubject")))
                    .extracting(
                            rule -> String.join(" ", rule.getResources()) + ": " + String.join(" ", rule.getVerbs()))
                    .containsExactlyInAnyOrder(
                            "scriptrunners: get list watch",
                            "scriptrunners/status: patch",
                            "scriptrunners/finalizers: update",
                            "pods: get list watch create patch delete",
                            "configmaps: get create deletecollection",
                            "events: create patch",
                            "nodes: list watch");
        }
    }
}
