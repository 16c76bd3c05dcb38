package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.bus.BusMessage;
import io.vodis.config.Doc;
import io.vodis.config.Section;
import io.vodis.ha.HaConfig;
import io.vodis.metrics.MetricsConfig;
import io.vodis.proxy.ProxyConfig;
import io.vodis.topom.TopomConfig;
import java.lang.reflect.RecordComponent;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What holds for every file of the repository, and no compiler checks. */
class TidyTest {

  /** A class above the first figure is rare, one above the second does not exist. */
  private static final int LINES_FEW = 300;

  private static final int LINES_MAX = 650;

  private final Repository repository = Repository.here();

  @Test
  void onlyTheLauncherAndTheCommandLinePrint() {
    assertThat(
            found(
                "System\\.(out|err)\\b",
                repository.mainSources(),
                name -> name.startsWith("launcher/") || name.endsWith("/CommandLines.java")))
        .isEmpty();
  }

  /** Waiting has one place in the command line, and is the clock's or a scheduler's elsewhere. */
  @Test
  void nobodySleeps() {
    assertThat(
            found(
                "Thread\\.sleep\\(|TimeUnit\\.\\w+\\.sleep\\(",
                repository.sources(),
                name -> name.endsWith("/Pause.java")))
        .isEmpty();
  }

  @Test
  void nothingIsLeftForLater() {
    String later = "TO" + "DO|FIX" + "ME|XX" + "X\\b";
    assertThat(found(later, repository.files(TidyTest::isText), name -> false)).isEmpty();
  }

  @Test
  void noTestIsSwitchedOff() {
    assertThat(found("@Disabled|assumeTrue\\(false\\)", repository.sources(), name -> false))
        .isEmpty();
  }

  @Test
  void loggersHaveOneName() {
    assertThat(
            found(
                "\\bstatic (final )?Logger (?!LOGGER\\b)", repository.mainSources(), name -> false))
        .isEmpty();
  }

  /** The data plane has one thread per loop: whoever needs a lock there is on the wrong thread. */
  @Test
  void theDataPlaneHasNoLocks() {
    String packages = "/proxy/(backend|command|dispatch|loop|merge|migrate|route|session)/";
    List<Path> dataPlane =
        repository.mainSources().stream()
            .filter(file -> Pattern.compile(packages).matcher(repository.name(file)).find())
            .toList();
    assertThat(dataPlane).hasSizeGreaterThan(30);

    assertThat(
            found(
                "\\bsynchronized\\b|java\\.util\\.concurrent\\.(locks|atomic)|\\bvolatile\\b",
                dataPlane,
                name -> false))
        .isEmpty();
  }

  @Test
  void everyPackageSaysWhatItIs() {
    List<String> silent =
        repository.mainSources().stream()
            .map(Path::getParent)
            .distinct()
            .filter(directory -> !Files.exists(directory.resolve("package-info.java")))
            .map(repository::name)
            .toList();

    assertThat(silent).isEmpty();
  }

  @Test
  void everyPackageIsNullMarked() {
    List<String> unmarked =
        repository.files(name -> name.endsWith("/package-info.java")).stream()
            .filter(file -> !String.join("\n", repository.lines(file)).contains("@NullMarked"))
            .map(repository::name)
            .toList();

    assertThat(unmarked).isEmpty();
  }

  @Test
  void fewClassesAreLongAndNoneIsVeryLong() {
    List<String> veryLong = longerThan(LINES_MAX);
    List<String> longish = longerThan(LINES_FEW);

    assertThat(veryLong).isEmpty();
    assertThat(longish).hasSizeLessThan(repository.mainSources().size() / 20);
  }

  private List<String> longerThan(int lines) {
    return repository.mainSources().stream()
        .filter(file -> repository.lines(file).size() > lines)
        .map(repository::name)
        .toList();
  }

  @Test
  void everyBusMessageIsDocumentedAndHasAGoldenFile() {
    // Given
    String page = repository.text("docs/bus.md");
    Path golden = repository.root().resolve("verticles/src/test/resources/bus/golden");

    // When
    List<Class<?>> messages = records(BusMessage.class);

    // Then
    assertThat(messages).hasSizeGreaterThan(5);
    for (Class<?> message : messages) {
      assertThat(page).contains("| `" + message.getSimpleName() + "`");
      assertThat(golden.resolve(message.getSimpleName() + "-v1.json")).exists();
    }
  }

  @Test
  void everyConfigurationKeyStandsInTheFileOfItsRole() {
    Map<String, Class<?>> roles =
        Map.of(
            "proxy", ProxyConfig.class,
            "topom", TopomConfig.class,
            "ha", HaConfig.class,
            "metrics", MetricsConfig.class);
    roles.forEach(
        (role, config) -> {
          // Given
          String file = "\n" + repository.text("conf/" + role + ".yaml");

          // When
          List<String> keys = keys(config);

          // Then
          assertThat(keys).hasSizeGreaterThan(5);
          for (String key : keys) {
            assertThat(file).as("conf/%s.yaml", role).containsPattern("\n(# ?)?" + key + ":");
          }
        });
  }

  private static List<String> keys(Class<?> config) {
    List<String> keys = new ArrayList<>();
    for (RecordComponent component : config.getRecordComponents()) {
      if (component.isAnnotationPresent(Section.class)) {
        keys.addAll(keys(component.getType()));
      } else if (component.isAnnotationPresent(Doc.class)) {
        keys.add(component.getName().replaceAll("([A-Z])", "_$1").toLowerCase(Locale.ROOT));
      }
    }
    return keys;
  }

  private static List<Class<?>> records(Class<?> type) {
    return type.isSealed()
        ? Stream.of(type.getPermittedSubclasses()).flatMap(t -> records(t).stream()).toList()
        : List.of(type);
  }

  /** Where a pattern occurs, as {@code file:line: text}. */
  private List<String> found(String regex, List<Path> files, Predicate<String> exempt) {
    Pattern pattern = Pattern.compile(regex);
    List<String> found = new ArrayList<>();
    for (Path file : files) {
      String name = repository.name(file);
      if (exempt.test(name) || name.endsWith("/TidyTest.java")) {
        continue;
      }
      int number = 0;
      for (String line : repository.lines(file)) {
        number++;
        if (pattern.matcher(line).find()) {
          found.add(name + ":" + number + ": " + line.strip());
        }
      }
    }
    return found;
  }

  private static boolean isText(String name) {
    return name.matches(".*\\.(java|md|xml|yaml|yml|json|html|js|css|txt|sh)")
        || !name.contains(".");
  }
}
