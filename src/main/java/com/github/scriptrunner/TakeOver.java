package com.github.scriptrunner;

import com.github.scriptrunner.camel.cluster.LeaseClusterService;
import com.github.scriptrunner.camel.cluster.LeaseGuard;
import com.github.scriptrunner.camel.informer.InformerComponent;
import com.github.scriptrunner.camel.workqueue.WorkQueueComponent;
import java.time.Duration;
import org.apache.camel.CamelContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** How leadership begins and ends. */
final class TakeOver implements LeaseClusterService.Consequences {
    /** How long a new leader waits for what it plans with; afterwards its plans wait. */
    private static final Duration LISTS_WITHIN = Duration.ofSeconds(10);

    /** How long an old leader goes on with what is under way; afterwards it writes nothing more, and leaves the rest to the next. */
    private static final Duration FINISH_WITHIN = Duration.ofMillis(500);

    /** How long requests may take that were sent by then. */
    private static final Duration ANSWERED_WITHIN = Duration.ofSeconds(5);

    private static final Logger LOG = LoggerFactory.getLogger(TakeOver.class);

    private final CamelContext context;
    private final LeaseGuard guard;

    TakeOver(CamelContext context, LeaseGuard guard) {
        this.context = context;
        this.guard = guard;
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

    @Override
    public void resigning() {
        WorkQueueComponent work = context.getComponent("workqueue", WorkQueueComponent.class);
        try {
            if (!work.drain(FINISH_WITHIN)) {
                guard.resigned();
                if (!work.drain(ANSWERED_WITHIN)) {
                    LOG.warn("Not all requests were answered within {} s", ANSWERED_WITHIN.toSeconds());
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** At once: exchanges under way would go on as if nothing had happened, and nothing is lost by it. */
    @Override
    public void lost() {
        Runtime.getRuntime().halt(1);
    }
}
