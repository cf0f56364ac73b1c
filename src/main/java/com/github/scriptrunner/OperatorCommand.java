package com.github.scriptrunner;

import static java.util.Objects.requireNonNullElse;

import com.github.scriptrunner.camel.routes.RouteCheck;
import com.github.scriptrunner.camel.routes.RouteFiles;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Properties;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.Spec;

/** The operator's command line; without a subcommand it runs until it is told to end. */
@Command(
        name = "scriptrunner-operator",
        versionProvider = OperatorCommand.OfJar.class,
        description = {
            "Runs ScriptRunners on the cluster of KUBECONFIG, or of the pod that this is in.",
            "Its settings are environment variables: see docs/operating.md."
        },
        synopsisSubcommandLabel = "[check-routes DIR]",
        exitCodeListHeading = "%nExit codes:%n",
        exitCodeList = {"0:it was told to end, or the routes are in order", "2:it could not start, or they are not"})
final class OperatorCommand implements Callable<Integer> {
    @Spec
    private CommandSpec spec;

    @Option(names = "--help", usageHelp = true, scope = ScopeType.INHERIT, description = "Show this help.")
    @SuppressWarnings("unused") // picocli looks at the option itself
    private boolean help;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    @SuppressWarnings("unused") // picocli looks at the option itself
    private boolean version;

    @Override
    public Integer call() {
        return Operator.run(spec.commandLine().getErr()::println);
    }

    @Command(
            name = "check-routes",
            description = "Checks routes as the operator does before it starts, and needs no cluster.")
    int checkRoutes(
            @Parameters(paramLabel = "DIR", description = "A directory of route files, for SCRIPTRUNNER_ROUTES.")
                    Path directory) {
        try {
            RouteCheck check = RouteDirectory.check(RouteFiles.with(directory), new Properties());
            if (check.mistakes().isEmpty()) {
                spec.commandLine().getOut().println(check.routes() + " routes are in order");
                return 0;
            }
            check.mistakes().forEach(spec.commandLine().getErr()::println);
        } catch (IOException e) {
            spec.commandLine().getErr().println(e.getMessage());
        }
        return 2;
    }

    /** That of the jar. */
    static final class OfJar implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {
                "scriptrunner-operator "
                        + requireNonNullElse(
                                OperatorCommand.class.getPackage().getImplementationVersion(), "that is in no jar")
            };
        }
    }
}
