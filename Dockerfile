# The operator. Its jar and libraries come from `./mvnw -DskipTests package`, which makes them the same everywhere.
ARG BASE=docker.io/library/eclipse-temurin:21-jre
FROM ${BASE}

# libraries change least often
COPY target/lib /operator/lib
COPY target/scriptrunner-operator.jar /operator/
WORKDIR /operator

# The classes as this JVM keeps them in memory, of a check of routes that are nowhere yet: it makes what a start makes, and ends.
# The class path at the end has to begin with this one.
RUN mkdir extra && java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 -XX:ArchiveClassesAtExit=/operator/operator.jsa \
    -jar /operator/scriptrunner-operator.jar check-routes extra

USER 65532:65532
# In extra are jars of further Camel components. A heap that begins at 5 MB is collected twenty times before the operator is ready.
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Xms48m", "-Xmn24m", "-XX:SharedArchiveFile=/operator/operator.jsa", \
    "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError", \
    "-cp", "/operator/scriptrunner-operator.jar:/operator/extra/*", "com.github.scriptrunner.Operator"]
