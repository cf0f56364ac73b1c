package com.github.scriptrunner.camel.workqueue;

import java.time.Duration;
import org.apache.camel.Exchange;
import org.apache.camel.InvalidPayloadException;
import org.apache.camel.support.DefaultProducer;

/** Adds the body as a key, now or after the delay in its header. */
final class WorkQueueProducer extends DefaultProducer {
    WorkQueueProducer(WorkQueueEndpoint endpoint) {
        super(endpoint);
    }

    @Override
    public WorkQueueEndpoint getEndpoint() {
        return (WorkQueueEndpoint) super.getEndpoint();
    }

    @Override
    public void process(Exchange exchange) throws InvalidPayloadException {
        String key = exchange.getMessage().getMandatoryBody(String.class);
        if (key.isBlank()) {
            throw new IllegalArgumentException("%s: the body is the key and must not be blank"
                    .formatted(getEndpoint().getEndpointUri()));
        }
        Duration delay = exchange.getMessage().getHeader(WorkQueueConstants.DELAY, Duration.ZERO, Duration.class);
        getEndpoint().queue().addAfter(key, delay);
    }
}
