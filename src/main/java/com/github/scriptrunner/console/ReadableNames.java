package com.github.scriptrunner.console;

import java.util.Set;
import org.apache.camel.Endpoint;
import org.apache.camel.management.DefaultManagementObjectNameStrategy;

/** Names the MBeans of queues and informers {@code workqueue://runners} and {@code informer://pods}, without their options. */
final class ReadableNames extends DefaultManagementObjectNameStrategy {
    /** One thing each, whatever the options of the endpoints that reach it. */
    private static final Set<String> SCHEMES = Set.of("informer", "workqueue");

    @Override
    protected String getEndpointId(Endpoint endpoint) {
        String id = super.getEndpointId(endpoint);
        int options = id.indexOf('?');
        return options < 0 || !SCHEMES.contains(id.substring(0, Math.max(0, id.indexOf(':'))))
                ? id
                : id.substring(0, options);
    }
}
