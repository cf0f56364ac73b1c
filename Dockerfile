# The operator. Its jar and libraries come from `./mvnw -DskipTests package`, which makes them the same everywhere.
ARG BASE=docker.io/library/eclipse-temurin:21-jre
FROM ${BASE}

# libraries change least often
COPY target/lib /operator/lib
COPY target/scriptrunner-operator.jar /operator/
WORKDIR /operator

# The classes as this JVM keeps them in memory, from a start that finds no cluster.
RUN SCRIPTRUNNER_PORT=0 KUBERNETES_MASTER=http://127.0.0.1:1 \
    timeout --preserve-status 10 java -XX:+UseSerialGC -XX:TieredStopAtLevel=1 \
    -XX:ArchiveClassesAtExit=operator.jsa -jar scriptrunner-operator.jar; test -s operator.jsa

USER 65532:65532
ENTRYPOINT ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-XX:SharedArchiveFile=/operator/operator.jsa", \
    "-XX:-UsePerfData", "-XX:+ExitOnOutOfMemoryError", "-jar", "/operator/scriptrunner-operator.jar"]
