package com.github.scriptrunner.camel.informer;

import org.apache.camel.spi.Metadata;

/** The headers that {@code informer:} sets. */
public final class InformerConstants {
    @Metadata(
            label = "consumer",
            javaType = "String",
            enums = "ADDED,MODIFIED,DELETED",
            description = "What happened to the object")
    public static final String ACTION = "CamelInformerAction";

    @Metadata(
            label = "consumer",
            javaType = "Object",
            description =
                    "The object as it was before. Only with MODIFIED; another UID means that it was deleted and made anew")
    public static final String OLD_OBJECT = "CamelInformerOldObject";

    private InformerConstants() {}
}
