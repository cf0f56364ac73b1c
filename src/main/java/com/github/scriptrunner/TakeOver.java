package com.github.scriptrunner;

import com.github.scriptrunner.camel.cluster.LeaseClusterService;
import com.github.scriptrunner.camel.informer.InformerComponent;
import java.time.Duration;
import org.apache.camel.CamelContext;

/** How leadership begins and ends. */
final class TakeOver implements LeaseClusterService.Consequences {
    /** How long a new leader waits for what it plans with; afterwards its plans wait. */
    private static final Duration LISTS_WITHIN = Duration.ofSeconds(10);

    private final CamelContext context;

    TakeOver(CamelContext context) {
        this.context = context;
    }

    /** What was watched while another led may be behind what that one wrote last. */
    @Override
    public void elected() {
        try {
            context.getComponent("informer", InformerComponent.class).relist(LISTS_WITHIN);
        } catch (InterruptedException e) {
            // this process ends
            Thread.currentThread().interrupt();
        }
    }

    /** At once: exchanges under way would go on as if nothing had happened, and nothing is lost by it. */
    @Override
    public void lost() {
        Runtime.getRuntime().halt(1);
    }
}
