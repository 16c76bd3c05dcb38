package io.vodis;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.type;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/**
 * Which package of this module may import which. The system tests hold the same for the role
 * modules, and for what no import shows.
 */
class TidyTest {

  /** What every package may use. */
  private static final List<String> COMMON = List.of("java..", "org.jspecify..");

  /** What it may use beside: its own sub-packages are always allowed. */
  private static final Map<String, List<String>> MAY_IMPORT =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("model", List.of()),
              Map.entry("slot", List.of("io.netty.buffer..", "io.netty.util..")),
              Map.entry("resp", List.of("io.netty.buffer..", "io.netty.util..")),
              Map.entry("metric", List.of("com.sun.management..")),
              Map.entry(
                  "bus",
                  List.of(
                      "io.vodis.model..",
                      "io.vodis.metric..",
                      "io.vertx.core..",
                      "com.fasterxml.jackson..",
                      "org.slf4j..")),
              Map.entry(
                  "redis",
                  List.of(
                      "io.vodis.model..",
                      "io.vodis.lifecycle..",
                      "io.vodis.config..",
                      "javax.net..",
                      "io.vertx.core..",
                      "io.vertx.redis.client..")),
              Map.entry(
                  "config",
                  List.of(
                      "io.vodis.model..",
                      "io.vodis.lifecycle..",
                      "io.vertx.core..",
                      "io.vertx.config..")),
              Map.entry(
                  "store",
                  List.of(
                      "io.vodis.model..",
                      "io.vodis.lifecycle..",
                      "io.vodis.config..",
                      "com.fasterxml.jackson..",
                      "org.apache.curator..",
                      "org.apache.zookeeper..",
                      "org.slf4j..")),
              Map.entry(
                  "cluster",
                  List.of(
                      "io.vodis..",
                      "io.vertx..",
                      "org.apache.curator..",
                      "org.apache.zookeeper..",
                      "javax.crypto..",
                      "org.slf4j..")),
              Map.entry(
                  "lifecycle",
                  List.of(
                      "io.vodis.model..",
                      "io.vodis.config..",
                      "io.vodis.cluster..",
                      "io.vertx..",
                      "ch.qos.logback.classic..",
                      "picocli..",
                      "org.slf4j.."))));

  private static final JavaClasses CLASSES =
      new ClassFileImporter()
          .withImportOption(new ImportOption.DoNotIncludeTests())
          .importPackages("io.vodis");

  @Test
  void everyPackageImportsWhatItMay() {
    MAY_IMPORT.forEach(
        (name, imports) -> {
          String own = "io.vodis." + name + "..";
          String[] allowed =
              Stream.of(COMMON, imports, List.of(own)).flatMap(List::stream).toArray(String[]::new);
          classes()
              .that()
              .resideInAPackage(own)
              .should()
              .onlyDependOnClassesThat()
              .resideInAnyPackage(allowed)
              .check(CLASSES);
        });
  }

  @Test
  void everyPackageHasItsRow() {
    TreeSet<String> packages = new TreeSet<>();
    CLASSES.forEach(c -> packages.add(c.getPackageName().split("\\.")[2]));

    assertThat(packages).isEqualTo(MAY_IMPORT.keySet());
  }

  /** ZooKeeper stays behind the port of the store; only the cluster manager has its own client. */
  @Test
  void onlyTheAdapterOfTheStoreKnowsZooKeeper() {
    noClasses()
        .that(not(resideInAnyPackage("io.vodis.store.zookeeper..", "io.vodis.cluster..")))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("org.apache.zookeeper..", "org.apache.curator..")
        .check(CLASSES);
  }

  @Test
  void factsAndHashDoNothingButCompute() {
    noClasses()
        .that(resideInAnyPackage("io.vodis.model..", "io.vodis.slot.."))
        .should()
        .dependOnClassesThat(
            resideInAnyPackage(
                "java.io..",
                "java.net..",
                "java.nio.file..",
                "java.util.concurrent..",
                "org.slf4j.."))
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .orShould()
        .dependOnClassesThat(type(Thread.class))
        .check(CLASSES);
  }
}
