package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.function.Consumer;

/** Gives every namespace the server's certificate, and empties those that are deleted. */
final class Namespaces implements Consumer<Store.Event> {
    private final Resources resources;
    private final String certificate;
    private final Kind namespaces;
    private final Kind configMaps;

    /** @param certificate PEM */
    Namespaces(Resources resources, String certificate) {
        this.resources = resources;
        this.certificate = certificate;
        namespaces = resources.kinds().find("v1", "namespaces").orElseThrow();
        configMaps = resources.kinds().find("v1", "configmaps").orElseThrow();
    }

    @Override
    public void accept(Store.Event event) {
        if (event.key().resource().equals("namespaces")) {
            if (event.change() == Store.Change.ADDED) {
                publishCertificate(event.key().name());
            } else if (event.change() == Store.Change.MODIFIED) {
                emptyIfDeleted(event.key().name());
            }
        } else if (event.change() == Store.Change.DELETED
                && !event.key().namespace().isEmpty()) {
            emptyIfDeleted(event.key().namespace());
        }
    }

    private void publishCertificate(String namespace) {
        ObjectNode configMap = Json.object();
        configMap.putObject("metadata").put("name", "kube-root-ca.crt");
        configMap.putObject("data").put("ca.crt", certificate);
        resources.create(configMaps, namespace, configMap, WriteOptions.INTERNAL);
    }

    private void emptyIfDeleted(String namespace) {
        Store.Key key = namespaces.key("", namespace);
        if (resources
                .store()
                .get(key)
                .filter(found -> Metadata.of(found).terminating())
                .isEmpty()) {
            return;
        }
        boolean empty = true;
        for (Kind kind : resources.kinds().all()) {
            if (kind.namespaced()) {
                for (ObjectNode object :
                        resources.store().list(kind.storedAs(), namespace).objects()) {
                    Metadata metadata = Metadata.of(object);
                    empty &= !metadata.terminating()
                            && resources
                                    .delete(kind, kind.key(namespace, metadata.name()), DeleteOptions.BACKGROUND)
                                    .gone();
                }
            }
        }
        if (empty) {
            resources.update(
                    namespaces,
                    key,
                    "finalize",
                    found -> {
                        ObjectNode next = Json.shallow(found);
                        next.set("spec", Json.object());
                        return next;
                    },
                    WriteOptions.INTERNAL);
        }
    }
}
