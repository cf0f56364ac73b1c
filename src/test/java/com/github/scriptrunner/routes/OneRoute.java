package com.github.scriptrunner.routes;

import java.util.List;

/** A route alone: {@code direct:ID} leads into it, and a mock stands in the place of each neighbour. */
abstract class OneRoute extends RouteFiles {
    private final String id;
    private final List<String> neighbours;

    /**
     * The route of this file.
     *
     * @param neighbours ids of steps that lead out of it, replaced by {@code mock:STEP}
     */
    OneRoute(String id, String... neighbours) {
        super(id, "errors");
        this.id = id;
        this.neighbours = List.of(neighbours);
    }

    @Override
    void advise() throws Exception {
        advise(id, route -> {
            route.replaceFromWith("direct:" + id);
            for (String step : neighbours) {
                route.weaveById(step).replace().to("mock:" + step);
            }
        });
    }

    /** Returns the body that the route ends with. */
    final Object send(Object body) {
        return template.requestBody("direct:" + id, body);
    }
}
