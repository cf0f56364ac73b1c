package com.github.scriptrunner.domain;

import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.LabelSelector;
import io.fabric8.kubernetes.api.model.LabelSelectorBuilder;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SelectionTest {
    private static final Map<String, String> LABELS = Map.of("disk", "ssd", "zone", "a", "empty", "");

    @Test
    void noSelectorAndAnEmptyOneMeanEveryNode() {
        assertThat(Selection.matches(null, Map.of())).isTrue();
        assertThat(Selection.matches(new LabelSelector(), Map.of())).isTrue();
    }

    @ParameterizedTest(name = "{0} {1} {2}: {3}")
    @CsvSource({
        "disk, In, ssd, true",
        "disk, In, hdd, false",
        "rack, In, ssd, false",
        "disk, NotIn, hdd, true",
        "disk, NotIn, ssd, false",
        "rack, NotIn, ssd, true",
        "disk, Exists, , true",
        "empty, Exists, , true",
        "rack, Exists, , false",
        "rack, DoesNotExist, , true",
        "disk, DoesNotExist, , false",
    })
    void anExpressionMatchesAsInKubernetes(String key, String operator, String value, boolean matches) {
        LabelSelector selector = new LabelSelectorBuilder()
                .addNewMatchExpression()
                .withKey(key)
                .withOperator(operator)
                .withValues(value == null ? List.of() : List.of(value))
                .endMatchExpression()
                .build();

        assertThat(Selection.matches(selector, LABELS)).isEqualTo(matches);
    }

    @Test
    void allLabelsAndAllExpressionsHaveToMatch() {
        LabelSelectorBuilder ssd = new LabelSelectorBuilder().addToMatchLabels("disk", "ssd");

        assertThat(Selection.matches(ssd.addToMatchLabels("zone", "a").build(), LABELS))
                .isTrue();
        assertThat(Selection.matches(ssd.addToMatchLabels("zone", "b").build(), LABELS))
                .isFalse();
    }
}
