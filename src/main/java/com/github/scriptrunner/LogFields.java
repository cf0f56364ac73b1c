package com.github.scriptrunner;

import com.github.scriptrunner.domain.ObservedPod;
import com.github.scriptrunner.domain.PodOfRunner;
import com.github.scriptrunner.domain.PodToStart;
import com.github.scriptrunner.domain.RecordedResult;
import java.util.HashMap;
import java.util.Map;
import org.apache.camel.AsyncCallback;
import org.apache.camel.CamelContext;
import org.apache.camel.Exchange;
import org.apache.camel.Message;
import org.apache.camel.NamedNode;
import org.apache.camel.Processor;
import org.apache.camel.spi.InterceptStrategy;
import org.apache.camel.support.processor.DelegateAsyncProcessor;
import org.slf4j.MDC;

/** Gives each line of the log that is written in a step of a route the fields runner, node, run and pod, as far as its message has them. */
final class LogFields implements InterceptStrategy {
    @Override
    public Processor wrapProcessorInInterceptors(
            CamelContext context, NamedNode step, Processor target, Processor nextTarget) {
        return new DelegateAsyncProcessor(target) {
            @Override
            public boolean process(Exchange exchange, AsyncCallback callback) {
                Map<String, String> before = MDC.getCopyOfContextMap();
                of(exchange.getMessage()).forEach(MDC::put);
                try {
                    return super.process(exchange, callback);
                } finally {
                    MDC.setContextMap(before == null ? Map.of() : before);
                }
            }
        };
    }

    private static Map<String, String> of(Message message) {
        Map<String, String> fields = new HashMap<>();
        if (message.getBody() instanceof PodOfRunner pod) {
            fields.put("runner", pod.runnerKey());
            fields.put("pod", pod.name());
            if (pod instanceof PodToStart start) {
                add(fields, start.nodeName(), start.run());
            } else if (pod instanceof ObservedPod observed) {
                add(fields, observed.nodeName(), observed.run());
            }
        } else if (message.getBody() instanceof RecordedResult recorded) {
            fields.put("runner", recorded.namespace() + "/" + recorded.runner());
            fields.put("pod", recorded.result().podName());
            add(fields, recorded.node(), recorded.result().run());
        } else if (message.getHeader("runner") != null && message.getHeader("namespace") != null) {
            // on its way to be published it is JSON
            fields.put("runner", message.getHeader("namespace") + "/" + message.getHeader("runner"));
            fields.put("pod", message.getHeader("pod", String.class));
            add(fields, message.getHeader("node", String.class), message.getHeader("run"));
        }
        return fields;
    }

    private static void add(Map<String, String> fields, String node, Object run) {
        fields.put("node", node);
        fields.put("run", String.valueOf(run));
    }
}
