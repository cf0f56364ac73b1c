package com.github.scriptrunner.playground.apiserver;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;

/** Finds out what a request is about, and answers it. */
final class Router {
    private final Resources resources;
    private final Discovery discovery;
    private final OpenApi openApi;
    private final PodSubresources podSubresources;

    Router(Resources resources, ContainerLogs logs) {
        this.resources = resources;
        this.discovery = new Discovery(resources.kinds());
        this.openApi = new OpenApi(resources.kinds());
        this.podSubresources = new PodSubresources(resources, logs);
    }

    /**
     * What the path of a request names.
     *
     * @param namespace empty: of no namespace, or of all
     * @param name empty: the collection
     */
    record Target(Kind kind, String namespace, String name, String subresource) {
        Store.Key key() {
            return kind.key(namespace, name);
        }
    }

    Answer answer(Request request) {
        List<String> path = request.path();
        String first = path.isEmpty() ? "" : path.get(0);
        return switch (first) {
            case "healthz", "livez", "readyz" -> Answer.text(200, "ok");
            case "version" -> Answer.json(200, version());
            case "openapi" -> openApi(path);
            case "api" -> path.size() == 1 ? discovery.roots(request, true) : api(request, path.get(1), 2);
            case "apis" ->
                switch (path.size()) {
                    case 1 -> discovery.roots(request, false);
                    case 2 -> Answer.json(200, discovery.group(path.get(1)));
                    default -> api(request, path.get(1) + "/" + path.get(2), 3);
                };
            default -> throw ApiError.unknownPath();
        };
    }

    private static ObjectNode version() {
        return Json.object()
                .put("major", "1")
                .put("minor", "34")
                .put("gitVersion", "v1.34.0-playground")
                .put("gitCommit", "")
                .put("gitTreeState", "")
                .put("buildDate", "1970-01-01T00:00:00Z")
                .put("goVersion", "")
                .put("compiler", "")
                .put("platform", System.getProperty("os.name").toLowerCase(java.util.Locale.ROOT) + "/java");
    }

    private Answer openApi(List<String> path) {
        if (path.size() < 2 || !path.get(1).equals("v3")) {
            throw ApiError.unknownPath();
        }
        return Answer.json(
                200,
                path.size() == 2
                        ? openApi.index(resources.store().version())
                        : openApi.document(String.join("/", path.subList(2, path.size()))));
    }

    private Answer api(Request request, String apiVersion, int rest) {
        List<String> path = request.path().subList(rest, request.path().size());
        if (path.isEmpty()) {
            return Answer.json(200, discovery.resources(apiVersion));
        }
        if (apiVersion.startsWith("authorization.k8s.io/")) {
            return Answer.json(201, allowed(path.get(0)));
        }
        Target target = target(apiVersion, path);
        if (target.kind().name().equals("Pod") && PodSubresources.NAMES.contains(target.subresource())) {
            return podSubresources.answer(request, target);
        }
        boolean known = target.subresource().isEmpty()
                || (target.subresource().equals("status") && target.kind().hasStatus())
                || (target.subresource().equals("finalize")
                        && target.kind().name().equals("Namespace"));
        if (!known) {
            throw ApiError.unknownPath();
        }
        boolean collection = target.name().isEmpty();
        return switch (request.method()) {
            case "GET" -> collection ? collection(request, target) : get(request, target);
            case "POST" -> create(request, target);
            case "PUT" -> replace(request, target);
            case "PATCH" -> patch(request, target);
            case "DELETE" -> collection ? deleteCollection(request, target) : delete(request, target);
            default ->
                throw ApiError.of(
                        405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        };
    }

    /** There are no roles here: whoever has the token may do everything. So it does not matter what was asked. */
    private static ObjectNode allowed(String resource) {
        if (!resource.equals("selfsubjectaccessreviews")) {
            throw ApiError.unknownPath();
        }
        ObjectNode review =
                Json.object().put("kind", "SelfSubjectAccessReview").put("apiVersion", "authorization.k8s.io/v1");
        review.putObject("metadata");
        review.putObject("status").put("allowed", true);
        return review;
    }

    private Target target(String apiVersion, List<String> path) {
        boolean ofNamespace = path.get(0).equals("namespaces") && path.size() > 1;
        boolean namespaceItself = ofNamespace
                && (path.size() == 2
                        || (path.size() == 3 && List.of("status", "finalize").contains(path.get(2))));
        List<String> rest = ofNamespace && !namespaceItself ? path.subList(2, path.size()) : path;
        Kind kind = resources.kinds().find(apiVersion, rest.get(0)).orElseThrow(ApiError::unknownPath);
        return new Target(
                kind,
                rest.size() == path.size() ? "" : path.get(1),
                rest.size() > 1 ? rest.get(1) : "",
                rest.size() > 2 ? rest.get(2) : "");
    }

    private static Predicate<ObjectNode> selector(Request request, Target target) {
        return Selectors.of(target.kind(), request.query("labelSelector"), request.query("fieldSelector"));
    }

    private Answer collection(Request request, Target target) {
        if (!request.flag("watch")) {
            return list(request, target);
        }
        if (request.webSocket()) {
            // makes fabric8 watch over plain HTTP
            return exchange -> {
                exchange.getResponseHeaders().set("Connection", "close");
                exchange.sendResponseHeaders(200, -1);
                exchange.close();
            };
        }
        return new WatchStream(
                resources.store(), target.kind(), target.namespace(), selector(request, target), request);
    }

    /** Where the next page of a list begins; it shows the objects as they were at the first page. */
    private record Continue(long version, String namespace, String name) {
        static Continue of(String token) {
            try {
                JsonNode parts = Json.parse(new String(Base64.getUrlDecoder().decode(token), StandardCharsets.UTF_8));
                return new Continue(
                        parts.path("v").asLong(),
                        parts.path("namespace").asText(),
                        parts.path("name").asText());
            } catch (RuntimeException e) {
                throw ApiError.badRequest("invalid continue token: continue key is not valid");
            }
        }

        String token() {
            ObjectNode parts =
                    Json.object().put("v", version).put("namespace", namespace).put("name", name);
            return Base64.getUrlEncoder().withoutPadding().encodeToString(Json.bytes(parts));
        }

        boolean isBefore(Metadata metadata) {
            int order = namespace.compareTo(metadata.namespace());
            return order < 0 || (order == 0 && name.compareTo(metadata.name()) < 0);
        }
    }

    private Answer list(Request request, Target target) {
        Kind kind = target.kind();
        Representation representation = Representation.of(request);
        Predicate<ObjectNode> selector = selector(request, target);
        long limit = request.number("limit", 0);
        Continue from = request.query("continue").isEmpty() ? null : Continue.of(request.query("continue"));
        Store.Snapshot snapshot = snapshot(request, target, from);
        List<ObjectNode> page = new ArrayList<>();
        long left = 0;
        for (ObjectNode object : snapshot.objects()) {
            if (selector.test(object) && (from == null || from.isBefore(Metadata.of(object)))) {
                if (limit > 0 && page.size() == limit) {
                    left++;
                } else {
                    page.add(kind.present(object));
                }
            }
        }
        ObjectNode metadata = Json.object().put("resourceVersion", Long.toString(snapshot.version()));
        if (left > 0) {
            Metadata last = Metadata.of(page.get(page.size() - 1));
            metadata.put("continue", new Continue(snapshot.version(), last.namespace(), last.name()).token())
                    .put("remainingItemCount", left);
        }
        return Answer.json(200, representation.list(kind, page, metadata, request.query("includeObject")));
    }

    private Store.Snapshot snapshot(Request request, Target target, Continue from) {
        String resource = target.kind().storedAs();
        if (from != null) {
            return resources.store().list(resource, target.namespace(), from.version());
        }
        long version = request.number("resourceVersion", 0);
        long current = resources.store().version();
        if (version > current) {
            throw ApiError.versionTooLarge(version, current);
        }
        return request.query("resourceVersionMatch").equals("Exact")
                ? resources.store().list(resource, target.namespace(), version)
                : resources.store().list(resource, target.namespace());
    }

    private Answer get(Request request, Target target) {
        Representation representation = Representation.of(request);
        ObjectNode object = target.kind().present(resources.get(target.kind(), target.key()));
        return Answer.json(200, representation.one(target.kind(), object, request.query("includeObject"), true));
    }

    static WriteOptions options(Request request) {
        String validation = request.query("fieldValidation");
        return new WriteOptions(
                !request.query("dryRun").isEmpty(), validation.isEmpty() ? "Warn" : validation, new ArrayList<>());
    }

    private Answer create(Request request, Target target) {
        if (!target.name().isEmpty()) {
            throw ApiError.of(
                    405, "MethodNotAllowed", "the server does not allow this method on the requested resource");
        }
        WriteOptions options = options(request);
        ObjectNode created = resources.create(target.kind(), target.namespace(), request.object(), options);
        return written(201, request, target, created, options);
    }

    private Answer replace(Request request, Target target) {
        ObjectNode body = request.object();
        Metadata metadata = Metadata.of(body);
        Resources.requireName(metadata, target.key());
        if (metadata.resourceVersion().isEmpty() && target.kind().needsVersion()) {
            FieldError missing = new FieldError(
                    "FieldValueInvalid",
                    "metadata.resourceVersion",
                    "Invalid value: 0: must be specified for an update");
            throw ApiError.invalid(target.kind().plural(), target.kind().group(), target.name(), List.of(missing));
        }
        WriteOptions options = options(request);
        ObjectNode replaced = resources.update(
                target.kind(),
                target.key(),
                target.subresource(),
                current -> {
                    String uid = Metadata.of(current).uid();
                    if (!metadata.uid().isEmpty() && !metadata.uid().equals(uid)) {
                        throw ApiError.conflict(
                                target.kind(),
                                target.name(),
                                "Precondition failed: UID in precondition: %s, UID in object meta: %s"
                                        .formatted(metadata.uid(), uid));
                    }
                    return body;
                },
                options);
        return written(200, request, target, replaced, options);
    }

    private Answer patch(Request request, Target target) {
        if (request.contentType().startsWith("application/apply-patch")) {
            return apply(request, target);
        }
        WriteOptions options = options(request);
        ObjectNode patched = resources.update(
                target.kind(), target.key(), target.subresource(), patch(request, target.kind()), options);
        return written(200, request, target, patched, options);
    }

    private Answer apply(Request request, Target target) {
        if (request.query("fieldManager").isEmpty()) {
            FieldError required = FieldError.required("fieldManager", "is required for apply patch");
            throw ApiError.invalid("PatchOptions", "meta.k8s.io", "", List.of(required));
        }
        ServerSideApply apply = new ServerSideApply(
                target.kind(), request.query("fieldManager"), request.flag("force"), target.subresource());
        WriteOptions options = options(request);
        while (true) {
            try {
                ObjectNode applied = resources.update(
                        target.kind(),
                        target.key(),
                        target.subresource(),
                        live -> apply.apply(live, request.object()),
                        options);
                return written(200, request, target, applied, options);
            } catch (ApiError e) {
                if (e.code() != 404 || !target.subresource().isEmpty()) {
                    throw e;
                }
            }
            try {
                ObjectNode body = request.object();
                Metadata.of(body).node().put("name", target.name());
                ObjectNode created =
                        resources.create(target.kind(), target.namespace(), apply.apply(Json.object(), body), options);
                return written(201, request, target, created, options);
            } catch (ApiError e) {
                if (!e.isAlreadyExists()) {
                    throw e;
                }
            }
        }
    }

    private static UnaryOperator<ObjectNode> patch(Request request, Kind kind) {
        String type = request.contentType();
        if (type.equals("application/json-patch+json")) {
            JsonNode operations = request.json();
            return current -> Patches.json(current, operations);
        } else if (type.equals("application/merge-patch+json")) {
            ObjectNode patch = request.object();
            return current -> (ObjectNode) Patches.merge(current, patch);
        } else if (type.equals("application/strategic-merge-patch+json") && !kind.custom()) {
            ObjectNode patch = request.object();
            return current -> (ObjectNode) Patches.strategic(current, patch);
        }
        throw ApiError.of(
                415,
                "UnsupportedMediaType",
                "the body of the request was in an unknown format - accepted media types include: application/json-patch+json,"
                        + " application/merge-patch+json, application/apply-patch+yaml");
    }

    /** Options come in the body, or, only when there is none, in the query. */
    private static DeleteOptions deleteOptions(Request request) {
        if (!request.body().isEmpty()) {
            return DeleteOptions.of(request.object());
        }
        ObjectNode options = Json.object();
        if (!request.query("gracePeriodSeconds").isEmpty()) {
            options.put("gracePeriodSeconds", request.number("gracePeriodSeconds", 0));
        }
        if (!request.query("propagationPolicy").isEmpty()) {
            options.put("propagationPolicy", request.query("propagationPolicy"));
        }
        if (!request.query("dryRun").isEmpty()) {
            options.putArray("dryRun").add("All");
        }
        return DeleteOptions.of(options);
    }

    private Answer delete(Request request, Target target) {
        Resources.Deletion deletion = resources.delete(target.kind(), target.key(), deleteOptions(request));
        if (!deletion.gone() || target.kind().name().equals("Pod")) {
            return Answer.json(200, target.kind().present(deletion.object()));
        }
        ObjectNode status = success();
        ObjectNode details = ApiError.details(
                target.name(), target.kind().group(), target.kind().plural());
        status.set("details", details.put("uid", Metadata.of(deletion.object()).uid()));
        return Answer.json(200, status);
    }

    static ObjectNode success() {
        ObjectNode status = Json.object().put("kind", "Status").put("apiVersion", "v1");
        status.putObject("metadata");
        return status.put("status", "Success");
    }

    private Answer deleteCollection(Request request, Target target) {
        DeleteOptions options = deleteOptions(request);
        Predicate<ObjectNode> selector = selector(request, target);
        List<ObjectNode> deleted = new ArrayList<>();
        Store.Snapshot snapshot = resources.store().list(target.kind().storedAs(), target.namespace());
        for (ObjectNode object : snapshot.objects()) {
            if (selector.test(object)) {
                Metadata metadata = Metadata.of(object);
                Store.Key key = target.kind().key(metadata.namespace(), metadata.name());
                deleted.add(target.kind()
                        .present(resources.delete(target.kind(), key, options).object()));
            }
        }
        ObjectNode metadata = Json.object()
                .put("resourceVersion", Long.toString(resources.store().version()));
        return Answer.json(200, Representation.OBJECT.list(target.kind(), deleted, metadata, ""));
    }

    private static Answer written(int code, Request request, Target target, ObjectNode object, WriteOptions options) {
        Kind kind = target.kind();
        ObjectNode shown =
                Representation.of(request).one(kind, kind.present(object), request.query("includeObject"), true);
        return Answer.json(code, shown, options.warnings());
    }
}
