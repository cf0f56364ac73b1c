package com.github.scriptrunner;

import com.github.scriptrunner.camel.routes.Mistake;
import com.github.scriptrunner.camel.routes.RouteCheck;
import com.github.scriptrunner.camel.routes.RouteFiles;
import com.github.scriptrunner.camel.routes.RoutesRefused;
import io.fabric8.kubernetes.client.Config;
import java.io.IOException;
import java.lang.reflect.Method;
import java.nio.file.Path;
import java.util.List;
import java.util.Properties;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.camel.BindToRegistry;
import org.apache.camel.main.BaseMainSupport;
import org.apache.camel.main.MainListenerSupport;

/** Puts the routes of {@code scriptrunner.routes} in place, once they are checked and before Camel loads any. */
final class RouteDirectory extends MainListenerSupport {
    private static final String INCLUDED = "camel.main.routesIncludePattern";

    private final Properties settings;

    /** @param settings of the operator, with which its routes are checked too */
    RouteDirectory(Properties settings) {
        this.settings = settings;
    }

    @Override
    public void beforeInitialize(BaseMainSupport main) {
        String directory = main.getCamelContext().resolvePropertyPlaceholders("{{scriptrunner.routes}}");
        if (directory.isEmpty()) {
            return;
        }
        try {
            RouteFiles routes = RouteFiles.with(Path.of(directory));
            List<Mistake> mistakes = check(routes, settings).mistakes();
            if (!mistakes.isEmpty()) {
                throw new RoutesRefused(mistakes);
            }
            main.addOverrideProperty(INCLUDED, routes.includePattern());
        } catch (IOException e) {
            throw new RoutesRefused("SCRIPTRUNNER_ROUTES: " + e.getMessage());
        }
    }

    static RouteCheck check(RouteFiles routes, Properties settings) throws IOException {
        return RouteCheck.of(routes, beans(), included -> dryStart(included, settings));
    }

    private static Set<String> beans() {
        Stream<String> bound = Stream.of(OperatorConfiguration.class.getMethods())
                .filter(method -> method.isAnnotationPresent(BindToRegistry.class))
                .map(Method::getName);
        return Stream.concat(Stream.of("kubernetesClient"), bound).collect(Collectors.toSet());
    }

    /** With all beans, and no route started: nothing asks this cluster for anything. */
    private static void dryStart(String included, Properties settings) throws Exception {
        Properties dry = new Properties();
        dry.putAll(settings);
        dry.setProperty(INCLUDED, included);
        dry.setProperty("scriptrunner.routes", "");
        dry.setProperty("scriptrunner.leaderElection", "false");
        dry.setProperty("scriptrunner.port", "0");
        dry.setProperty("camel.main.autoStartup", "false");
        dry.setProperty("scriptrunner.console", "off");
        Operator.start(Config.empty(), dry).close();
    }
}
