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
        Observed observed = result.getMessage().getBody(Observed.class);
        result.getMessage().setBody(observed.with(read.getMessage().getBody(RunResult.class)));
        return result;
    }
}
