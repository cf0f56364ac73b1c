package com.github.scriptrunner;

import static com.tngtech.archunit.base.DescribedPredicate.describe;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.equivalentTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static com.tngtech.archunit.library.Architectures.layeredArchitecture;
import static com.tngtech.archunit.library.dependencies.SlicesRuleDefinition.slices;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.base.DescribedPredicate;
import com.tngtech.archunit.core.domain.AccessTarget;
import com.tngtech.archunit.core.domain.JavaAccess;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import io.fabric8.kubernetes.client.CustomResource;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Calendar;
import java.util.Date;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Holds the code to the rooms that each {@code package-info.java} describes. */
class ArchitectureTest {
    private static final String ROOT = "com.github.scriptrunner";
    private static final String API = ROOT + ".api..";
    private static final String DOMAIN = ROOT + ".domain..";
    private static final String KUBERNETES = ROOT + ".kubernetes..";
    private static final String CAMEL = ROOT + ".camel..";
    private static final String CONSOLE = ROOT + ".console..";
    private static final String HTTP = ROOT + ".http..";

    private static final JavaClasses WITH_TESTS = new ClassFileImporter().importPackages(ROOT);
    /** Imported without tests, which may use what the room that they test may not. */
    private static final JavaClasses OPERATOR = new ClassFileImporter()
            .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
            .importPackages(ROOT);

    private static final JavaClasses PLAYGROUND = WITH_TESTS.that(resideInAnyPackage(ROOT + ".playground.."));

    @Test
    void onlyTheTopKnowsAllRooms() {
        layeredArchitecture()
                .consideringOnlyDependenciesInLayers()
                .layer("top")
                .definedBy(ROOT)
                .layer("api")
                .definedBy(API)
                .layer("domain")
                .definedBy(DOMAIN)
                .layer("kubernetes")
                .definedBy(KUBERNETES)
                .layer("camel")
                .definedBy(CAMEL)
                .layer("console")
                .definedBy(CONSOLE)
                .layer("http")
                .definedBy(HTTP)
                .whereLayer("top")
                .mayNotBeAccessedByAnyLayer()
                .whereLayer("camel")
                .mayOnlyBeAccessedByLayers("top")
                .whereLayer("console")
                .mayOnlyBeAccessedByLayers("top")
                .whereLayer("http")
                .mayOnlyBeAccessedByLayers("console", "top")
                .whereLayer("kubernetes")
                .mayOnlyBeAccessedByLayers("top")
                .whereLayer("domain")
                .mayOnlyBeAccessedByLayers("kubernetes", "top")
                .whereLayer("api")
                .mayOnlyBeAccessedByLayers("domain", "kubernetes", "top")
                .ensureAllClassesAreContainedInArchitecture()
                .check(OPERATOR);
    }

    @Test
    void apiUsesOnlyTheKubernetesModel() {
        classes()
                .that()
                .resideInAPackage(API)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                                "java..",
                                API,
                                "io.fabric8.kubernetes.api.model..",
                                "io.fabric8.kubernetes.model..",
                                "com.fasterxml.jackson.annotation")
                        .or(equivalentTo(CustomResource.class)))
                .check(OPERATOR);
    }

    @Test
    void domainUsesNeitherCamelNorTheClient() {
        classes()
                .that()
                .resideInAPackage(DOMAIN)
                .should()
                .onlyDependOnClassesThat(resideInAnyPackage(
                        "java..",
                        DOMAIN,
                        API,
                        "io.fabric8.kubernetes.api.model..",
                        // the size of a status is that of its JSON
                        "com.fasterxml.jackson.."))
                .check(OPERATOR);
    }

    @Test
    void domainIsToldTheTime() {
        noClasses()
                .that()
                .resideInAPackage(DOMAIN)
                .should()
                .accessTargetWhere(itReadsTheTime())
                .check(OPERATOR);
    }

    @Test
    void kubernetesKnowsNoCamel() {
        noClasses()
                .that()
                .resideInAPackage(KUBERNETES)
                .should()
                .dependOnClassesThat()
                .resideInAPackage("org.apache.camel..")
                .check(OPERATOR);
    }

    @Test
    void thePackagesOfTheOperatorFormNoCycle() {
        slices().matching("com.github.(**)").should().beFreeOfCycles().check(OPERATOR);
    }

    @Test
    void thePackagesOfThePlaygroundFormNoCycle() {
        slices().matching("com.github.(**)").should().beFreeOfCycles().check(PLAYGROUND);
    }

    @Test
    void aClassIsNamedAfterWhatItIs() {
        classes()
                .should()
                .haveNameNotMatching(".*(Util|Utils|Manager|Helper|Impl|Base|Common)")
                .check(WITH_TESTS);
    }

    /** Looks at sources, because a package-info.java without annotations leaves no class file. */
    @Test
    void everyPackageSaysWhatItIsFor() throws IOException {
        Set<Path> packages = packagesOfFiles(".java");

        Set<Path> described = packagesOfFiles("package-info.java");

        assertThat(described).isEqualTo(packages);
    }

    private static DescribedPredicate<JavaAccess<?>> itReadsTheTime() {
        return describe("it reads the time", access -> {
            AccessTarget target = access.getTarget();
            JavaClass owner = target.getOwner();
            return (owner.getPackageName().startsWith("java.time")
                            && target.getName().equals("now"))
                    || (owner.isEquivalentTo(System.class)
                            && Set.of("currentTimeMillis", "nanoTime").contains(target.getName()))
                    || Stream.of(Clock.class, Date.class, Calendar.class).anyMatch(owner::isEquivalentTo);
        });
    }

    /** A package of tests is described where what it tests is. */
    private static Set<Path> packagesOfFiles(String ending) throws IOException {
        Set<Path> packages = new TreeSet<>();
        for (Path root : Set.of(Path.of("src/main/java"), Path.of("src/test/java"))) {
            try (Stream<Path> files = Files.walk(root)) {
                files.filter(file -> file.getFileName().toString().endsWith(ending))
                        .forEach(file -> packages.add(root.relativize(file.getParent())));
            }
        }
        return packages;
    }
}
