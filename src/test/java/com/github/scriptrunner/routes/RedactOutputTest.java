package com.github.scriptrunner.routes;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.domain.Observed;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The example of {@code examples/routes} where a script did not tell its result itself. */
class RedactOutputTest extends RouteFiles {
    RedactOutputTest() {
        super("examples/routes/redact-output/collect-results", "read-result", "errors");
    }

    @Override
    void advise() throws Exception {
        advise("collect-results", route -> route.weaveById("redact").before().to("mock:before"));
    }

    @Test
    void whatCouldNotBeReadIsRedactedToo() {
        RunResult result = collect("Traceback\nPassword: hunter2\nat the end").get(0);

        assertThat(result.stderr())
                .startsWith("The container left no result")
                .contains("Traceback", "at the end")
                .doesNotContain("hunter2");
    }

    @Test
    void whatCannotBeRedactedIsNotStored() {
        mock("before").whenAnyExchangeReceived(exchange -> {
            Observed observed = exchange.getMessage().getBody(Observed.class);
            exchange.getMessage().setBody(observed.with(null));
        });

        assertThatThrownBy(() -> collect(Samples.MESSAGE)).hasRootCauseInstanceOf(NullPointerException.class);
    }

    private List<RunResult> collect(String terminationMessage) {
        return template.requestBody("direct:collect-results", finishedPods(terminationMessage, "n1"), Observed.class)
                .results();
    }
}
