package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;

/** Objects as rows of a table, as kubectl asks for them. */
final class Tables {
    private Tables() {}

    /**
     * @param withColumns false: they have been sent before
     * @param includeObject {@code None}, {@code Metadata} or {@code Object}
     */
    static ObjectNode table(Kind kind, List<ObjectNode> objects, boolean withColumns, String includeObject) {
        ObjectNode table = Json.object().put("kind", "Table").put("apiVersion", "meta.k8s.io/v1");
        table.putObject("metadata");
        ArrayNode columns = table.putArray("columnDefinitions");
        if (withColumns) {
            column(
                    columns,
                    new Column(
                            "Name", "string", "name", "Name must be unique within a namespace.", 0, object -> object));
            kind.columns().forEach(column -> column(columns, column));
        } else {
            table.putNull("columnDefinitions");
        }
        ArrayNode rows = table.putArray("rows");
        for (ObjectNode object : objects) {
            ObjectNode row = rows.addObject();
            ArrayNode cells = row.putArray("cells").add(Metadata.of(object).name());
            kind.columns().forEach(column -> cells.add(column.cell().apply(object)));
            if (includeObject.equals("Object")) {
                row.set("object", object);
            } else if (!includeObject.equals("None")) {
                row.set("object", metadataOnly(object));
            }
        }
        return table;
    }

    static ObjectNode metadataOnly(ObjectNode object) {
        return Json.object()
                .put("kind", "PartialObjectMetadata")
                .put("apiVersion", "meta.k8s.io/v1")
                .set("metadata", object.get("metadata"));
    }

    private static void column(ArrayNode columns, Column column) {
        columns.addObject()
                .put("name", column.name())
                .put("type", column.type())
                .put("format", column.format())
                .put("description", column.description())
                .put("priority", column.priority());
    }
}
