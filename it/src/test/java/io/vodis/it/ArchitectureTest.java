package io.vodis.it;

import static com.tngtech.archunit.base.DescribedPredicate.not;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.simpleNameEndingWith;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;
import static org.assertj.core.api.Assertions.assertThat;

import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.domain.JavaClasses;
import com.tngtech.archunit.core.domain.JavaMethod;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Which way imports may point between the modules, and what their classes may be called. */
class ArchitectureTest {

  private static final List<String> MODULES =
      List.of(
          "verticles",
          "proxy-verticle",
          "topom-verticle",
          "ha-verticle",
          "metrics-verticle",
          "launcher");

  private static final Map<String, String> ROLES =
      Map.of(
          "proxy", "io.vodis.proxy..",
          "topom", "io.vodis.topom..",
          "ha", "io.vodis.ha..",
          "metrics", "io.vodis.metrics..");

  /** Decisions: what comes out depends on what goes in and on nothing else. */
  private static final String[] PURE = {
    "io.vodis.model..",
    "io.vodis.slot..",
    "io.vodis.topom.plan..",
    "io.vodis.topom.transition..",
    "io.vodis.topom.projection..",
    "io.vodis.ha.judge..",
    "io.vodis.proxy.route..",
  };

  private static final int PACKAGE_CLASSES_MAX = 25;

  /** Words for which the vocabulary has another. */
  private static final Set<String> BANNED =
      Set.of(
          "shard",
          "partition",
          "slave",
          "master",
          "tenant",
          "controller",
          "moveout",
          "util",
          "utils",
          "helper",
          "impl");

  /** In the proxy also these: elsewhere they mean something else. */
  private static final Set<String> BANNED_IN_PROXY = Set.of("upstream", "response");

  private static final JavaClasses CLASSES = importModules();

  private static JavaClasses importModules() {
    Path root = Repository.here().root();
    return new ClassFileImporter()
        .importPaths(
            MODULES.stream()
                .map(module -> root.resolve(module).resolve("target/classes"))
                .toList());
  }

  @Test
  void everyModuleIsLookedAt() {
    ROLES
        .values()
        .forEach(
            role -> assertThat(CLASSES.stream().filter(resideInAnyPackage(role))).isNotEmpty());
  }

  @Test
  void rolesDoNotKnowOneAnother() {
    ROLES.forEach(
        (name, role) -> {
          List<String> others = new ArrayList<>(ROLES.values());
          others.remove(role);
          others.add("io.vodis.launcher..");
          noClasses()
              .that()
              .resideInAPackage(role)
              .should()
              .dependOnClassesThat()
              .resideInAnyPackage(others.toArray(String[]::new))
              .check(CLASSES);
        });
  }

  @Test
  void whatIsSharedKnowsNoRole() {
    noClasses()
        .that()
        .resideOutsideOfPackages(
            Stream.concat(ROLES.values().stream(), Stream.of("io.vodis.launcher.."))
                .toArray(String[]::new))
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(ROLES.values().toArray(String[]::new))
        .check(CLASSES);
  }

  @Test
  void nothingDeliveredNeedsTestSupport() {
    noClasses()
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.vodis.testsupport..", "org.junit..", "org.assertj..")
        .check(CLASSES);
  }

  @Test
  void decisionsArePure() {
    noClasses()
        .that()
        .resideInAnyPackage(PURE)
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage(
            "io.vertx..",
            "io.netty.channel..",
            "java.io..",
            "java.net..",
            "java.nio.file..",
            "java.util.concurrent..",
            "org.slf4j..")
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Thread.class)
        .orShould()
        .dependOnClassesThat()
        .areAssignableTo(Random.class)
        .orShould()
        .callMethod(Instant.class, "now")
        .orShould()
        .callMethod(System.class, "currentTimeMillis")
        .orShould()
        .callMethod(System.class, "nanoTime")
        .check(CLASSES);
  }

  /** Netty's pipeline is touched in one package, so that a new Vert.x is felt there only. */
  @Test
  void onlyTheLoopPackageKnowsTheSocket() {
    noClasses()
        .that()
        .resideInAPackage("io.vodis.proxy..")
        .and()
        .resideOutsideOfPackage("io.vodis.proxy.loop..")
        .should()
        .dependOnClassesThat()
        .resideInAnyPackage("io.netty.channel..", "io.vertx.core.internal.net..")
        .check(CLASSES);
  }

  @Test
  void packagesStaySmallEnoughToKnow() {
    Map<String, TreeSet<String>> packages = new TreeMap<>();
    for (JavaClass type : CLASSES) {
      if (type.isTopLevelClass() && !type.getSimpleName().equals("package-info")) {
        packages
            .computeIfAbsent(type.getPackageName(), name -> new TreeSet<>())
            .add(type.getSimpleName());
      }
    }
    packages.forEach(
        (name, types) -> assertThat(types).as(name).hasSizeLessThanOrEqualTo(PACKAGE_CLASSES_MAX));
  }

  @Test
  void namesKeepToTheVocabulary() {
    Set<String> offenders = new TreeSet<>();
    for (JavaClass type : CLASSES) {
      check(type.getSimpleName(), type.getName(), offenders);
      type.getFields().forEach(field -> check(field.getName(), field.getFullName(), offenders));
      for (JavaMethod method : type.getMethods()) {
        if (!method.getName().contains("$") && isOurs(type, method)) {
          check(method.getName(), method.getFullName(), offenders);
        }
      }
    }

    assertThat(offenders).isEmpty();
  }

  @Test
  void noMethodIsCalledGet() {
    Set<String> offenders = new TreeSet<>();
    // The classes that answer commands name a method after the command: CLIENT GETNAME.
    for (JavaClass type : CLASSES.that(not(simpleNameEndingWith("Commands")))) {
      for (JavaMethod method : type.getMethods()) {
        if (method.getName().matches("get[A-Z].*") && isOurs(type, method)) {
          offenders.add(method.getFullName());
        }
      }
    }

    assertThat(offenders).isEmpty();
  }

  /** Whether the name is our choice: not when it comes from a type of the JDK or of a library. */
  private static boolean isOurs(JavaClass type, JavaMethod method) {
    return Stream.concat(type.getAllRawSuperclasses().stream(), type.getAllRawInterfaces().stream())
        .filter(parent -> !parent.getPackageName().startsWith("io.vodis"))
        .flatMap(parent -> parent.getMethods().stream())
        .noneMatch(inherited -> inherited.getName().equals(method.getName()));
  }

  private static void check(String name, String place, Set<String> offenders) {
    for (String word : name.split("_|(?<=[a-z0-9])(?=[A-Z])")) {
      String lower = word.toLowerCase(Locale.ROOT);
      String singular = lower.replaceAll("s$", "");
      boolean inProxy = place.startsWith("io.vodis.proxy.") && BANNED_IN_PROXY.contains(singular);
      if (inProxy || BANNED.contains(lower) || BANNED.contains(singular)) {
        offenders.add(place);
      }
    }
  }
}
