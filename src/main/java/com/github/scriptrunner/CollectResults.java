package com.github.scriptrunner;

import com.github.scriptrunner.api.RunResult;
import com.github.scriptrunner.domain.Observed;
import org.apache.camel.AggregationStrategy;
import org.apache.camel.Exchange;

/** Adds what each finished pod said to what was observed. */
final class CollectResults implements AggregationStrategy {
    @Override
    public Exchange aggregate(Exchange collected, Exchange read) {
        throw new UnsupportedOperationException("the splitter passes its input along");
    }

    @Override
    public Exchange aggregate(Exchange collected, Exchange read, Exchange input) {
        Exchange result = collected == null ? input : collected;
        if (read.getException() != null) {
            result.setException(read.getException());
        } else {
            result.getMessage().setBody(observed(result).with(result(read)));
        }
        return result;
    }

    private static Observed observed(Exchange exchange) {
        return exchange.getMessage().getBody(Observed.class);
    }

    /** Without a result a pod would be kept, and its run looked at as under way, for ever. */
    private static RunResult result(Exchange read) {
        RunResult result = read.getMessage().getBody(RunResult.class);
        if (result == null) {
            throw new IllegalStateException("read-result has to end with a RunResult in the body, not with %s"
                    .formatted(read.getMessage().getBody()));
        }
        return result;
    }
}
