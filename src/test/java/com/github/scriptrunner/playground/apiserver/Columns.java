package com.github.scriptrunner.playground.apiserver;

import static java.util.Map.entry;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.IntNode;
import com.fasterxml.jackson.databind.node.NullNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.time.Duration;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/** What {@code kubectl get} shows of each kind. */
final class Columns {
    private static final Column AGE =
            text("Age", 0, object -> age(Metadata.of(object).node().path("creationTimestamp")));

    private static final Map<String, List<Column>> BUILT_IN = Map.ofEntries(
            entry(
                    "Pod",
                    List.of(
                            text("Ready", 0, Columns::readyContainers),
                            text("Status", 0, Columns::podStatus),
                            text("Restarts", 0, pod -> Long.toString(restarts(pod))),
                            AGE,
                            text("IP", 1, pod -> pod.at("/status/podIP").asText("<none>")),
                            text("Node", 1, pod -> pod.at("/spec/nodeName").asText("<none>")),
                            text("Nominated Node", 1, pod -> "<none>"),
                            text("Readiness Gates", 1, pod -> "<none>"))),
            entry(
                    "Node",
                    List.of(
                            text("Status", 0, Columns::nodeStatus),
                            text("Roles", 0, Columns::roles),
                            AGE,
                            text(
                                    "Version",
                                    0,
                                    node -> node.at("/status/nodeInfo/kubeletVersion")
                                            .asText()),
                            text("Internal-IP", 1, node -> address(node, "InternalIP")),
                            text("External-IP", 1, node -> address(node, "ExternalIP")),
                            text("OS-Image", 1, node -> nodeInfo(node, "osImage")),
                            text("Kernel-Version", 1, node -> nodeInfo(node, "kernelVersion")),
                            text("Container-Runtime", 1, node -> nodeInfo(node, "containerRuntimeVersion")))),
            entry(
                    "Namespace",
                    List.of(
                            text(
                                    "Status",
                                    0,
                                    namespace -> namespace.at("/status/phase").asText()),
                            AGE)),
            entry(
                    "ConfigMap",
                    List.of(
                            new Column(
                                    "Data",
                                    "string",
                                    "",
                                    "",
                                    0,
                                    map -> IntNode.valueOf(map.path("data").size()
                                            + map.path("binaryData").size())),
                            AGE)),
            entry(
                    "Secret",
                    List.of(
                            text("Type", 0, secret -> secret.path("type").asText()),
                            new Column(
                                    "Data",
                                    "string",
                                    "",
                                    "",
                                    0,
                                    secret ->
                                            IntNode.valueOf(secret.path("data").size())),
                            AGE)),
            entry(
                    "Lease",
                    List.of(
                            text(
                                    "Holder",
                                    0,
                                    lease -> lease.at("/spec/holderIdentity").asText()),
                            AGE)),
            entry(
                    "CustomResourceDefinition",
                    List.of(text(
                            "Created At",
                            0,
                            crd -> Metadata.of(crd)
                                    .node()
                                    .path("creationTimestamp")
                                    .asText()))),
            entry(
                    "Event",
                    List.of(
                            text("Last Seen", 0, event -> age(lastSeen(event))),
                            text("Type", 0, event -> event.path("type").asText()),
                            text("Reason", 0, event -> event.path("reason").asText()),
                            text("Object", 0, Columns::involvedObject),
                            text(
                                    "Subobject",
                                    1,
                                    event -> event.at("/involvedObject/fieldPath")
                                            .asText()),
                            text("Source", 1, Columns::source),
                            text(
                                    "Message",
                                    0,
                                    event -> event.path("message").asText().strip()),
                            text("First Seen", 1, event -> age(firstSeen(event))),
                            text("Count", 1, event -> event.path("count").asText("1")),
                            text("Name", 1, event -> Metadata.of(event).name()))));

    private Columns() {}

    static List<Column> builtIn(String kind) {
        return BUILT_IN.getOrDefault(kind, List.of(AGE));
    }

    /** @param declared {@code additionalPrinterColumns} of a version of a CRD */
    static List<Column> custom(JsonNode declared) {
        if (declared.isEmpty()) {
            return List.of(AGE);
        }
        List<Column> columns = new ArrayList<>();
        for (JsonNode column : declared) {
            String type = column.path("type").asText();
            JsonPath path = JsonPath.of(column.path("jsonPath").asText());
            columns.add(new Column(
                    column.path("name").asText(),
                    type,
                    column.path("format").asText(),
                    column.path("description").asText(),
                    column.path("priority").asInt(),
                    object -> cell(type, path.find(object))));
        }
        return columns;
    }

    private static JsonNode cell(String type, List<JsonNode> found) {
        if (found.isEmpty() || found.get(0).isNull()) {
            return NullNode.instance;
        }
        JsonNode first = found.get(0);
        return switch (type) {
            case "integer" -> first.isNumber() ? first : NullNode.instance;
            case "number" -> first.isNumber() ? first : NullNode.instance;
            case "boolean" -> first.isBoolean() ? first : NullNode.instance;
            case "date" -> TextNode.valueOf(age(first));
            default ->
                TextNode.valueOf(found.stream()
                        .map(value -> value.isContainerNode() ? value.toString() : value.asText())
                        .collect(Collectors.joining(" ")));
        };
    }

    private static Column text(String name, int priority, Function<ObjectNode, String> cell) {
        return new Column(name, "string", "", "", priority, cell.andThen(TextNode::valueOf));
    }

    private static String readyContainers(ObjectNode pod) {
        int ready = 0;
        for (JsonNode container : pod.at("/status/containerStatuses")) {
            ready += container.path("ready").asBoolean() ? 1 : 0;
        }
        return ready + "/" + pod.at("/spec/containers").size();
    }

    private static long restarts(ObjectNode pod) {
        long restarts = 0;
        for (JsonNode container : pod.at("/status/containerStatuses")) {
            restarts += container.path("restartCount").asLong();
        }
        return restarts;
    }

    private static String podStatus(ObjectNode pod) {
        if (Metadata.of(pod).terminating() && !isTerminal(pod)) {
            return "Terminating";
        }
        String status = pod.at("/status/reason").asText(pod.at("/status/phase").asText());
        for (JsonNode container : pod.at("/status/containerStatuses")) {
            JsonNode terminated = container.at("/state/terminated");
            status = container.at("/state/waiting/reason").asText(status);
            if (terminated.isObject()) {
                status = terminated
                        .path("reason")
                        .asText("ExitCode:" + terminated.path("exitCode").asInt());
            }
        }
        return status;
    }

    /** A pod that will never run again. */
    static boolean isTerminal(ObjectNode pod) {
        String phase = pod.at("/status/phase").asText();
        return phase.equals("Succeeded") || phase.equals("Failed");
    }

    private static String nodeStatus(ObjectNode node) {
        String status = "Unknown";
        for (JsonNode condition : node.at("/status/conditions")) {
            if (condition.path("type").asText().equals("Ready")) {
                status = condition.path("status").asText().equals("True") ? "Ready" : "NotReady";
            }
        }
        return node.at("/spec/unschedulable").asBoolean() ? status + ",SchedulingDisabled" : status;
    }

    private static String roles(ObjectNode node) {
        String prefix = "node-role.kubernetes.io/";
        String roles = Metadata.of(node).node().path("labels").properties().stream()
                .map(Map.Entry::getKey)
                .filter(label -> label.startsWith(prefix))
                .map(label -> label.substring(prefix.length()))
                .sorted()
                .collect(Collectors.joining(","));
        return roles.isEmpty() ? "<none>" : roles;
    }

    private static String address(ObjectNode node, String type) {
        for (JsonNode address : node.at("/status/addresses")) {
            if (address.path("type").asText().equals(type)) {
                return address.path("address").asText();
            }
        }
        return "<none>";
    }

    private static String nodeInfo(ObjectNode node, String field) {
        return node.at("/status/nodeInfo").path(field).asText("<unknown>");
    }

    private static JsonNode lastSeen(ObjectNode event) {
        return event.hasNonNull("lastTimestamp") ? event.get("lastTimestamp") : firstSeen(event);
    }

    private static JsonNode firstSeen(ObjectNode event) {
        return event.hasNonNull("firstTimestamp") ? event.get("firstTimestamp") : event.path("eventTime");
    }

    private static String involvedObject(ObjectNode event) {
        JsonNode object = event.path("involvedObject");
        return object.path("kind").asText().toLowerCase(Locale.ROOT) + "/"
                + object.path("name").asText();
    }

    private static String source(ObjectNode event) {
        String component = event.at("/source/component")
                .asText(event.path("reportingComponent").asText());
        String host = event.at("/source/host").asText();
        return host.isEmpty() ? component : component + ", " + host;
    }

    private static String age(JsonNode time) {
        try {
            return age(Duration.between(OffsetDateTime.parse(time.asText()).toInstant(), Instant.now()));
        } catch (DateTimeParseException e) {
            return "<unknown>";
        }
    }

    /** As kubectl writes it: finer for what is young. */
    static String age(Duration age) {
        long seconds = age.toSeconds();
        long minutes = seconds / 60;
        long hours = minutes / 60;
        long days = hours / 24;
        long years = days / 365;
        if (seconds < -1) {
            return "<invalid>";
        } else if (seconds < 0) {
            return "0s";
        } else if (minutes < 2) {
            return seconds + "s";
        } else if (minutes < 10) {
            return two(minutes, "m", seconds % 60, "s");
        } else if (hours < 3) {
            return minutes + "m";
        } else if (hours < 8) {
            return two(hours, "h", minutes % 60, "m");
        } else if (hours < 48) {
            return hours + "h";
        } else if (days < 8) {
            return two(days, "d", hours % 24, "h");
        } else if (days < 2 * 365) {
            return days + "d";
        } else if (days < 8 * 365) {
            return two(years, "y", days % 365, "d");
        }
        return years + "y";
    }

    private static String two(long large, String largeUnit, long small, String smallUnit) {
        return small == 0 ? large + largeUnit : large + largeUnit + small + smallUnit;
    }
}
