package com.github.scriptrunner.camel.informer;

/**
 * What happened to one object.
 *
 * @param object as it is now; of a deleted one the last that is known
 * @param oldObject as it was before, for MODIFIED only. Its UID differs when the object was deleted and made anew while nobody watched
 */
record InformerEvent<T>(Action action, T object, T oldObject) {
    /** Values of the header {@link InformerConstants#ACTION}. */
    enum Action {
        ADDED,
        MODIFIED,
        DELETED
    }
}
