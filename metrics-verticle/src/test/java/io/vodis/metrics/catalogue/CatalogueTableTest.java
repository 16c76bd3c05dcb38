package io.vodis.metrics.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.metric.MetricDefinition;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/**
 * {@code docs/metrics.md} tells the truth. Run with {@code -Dvodis.docs=write} to write the tables
 * anew between the two marks.
 */
class CatalogueTableTest {

  private static final Path PAGE = Path.of("..", "docs", "metrics.md");
  private static final Path CONSTANTS =
      Path.of("..", "verticles", "src", "main", "java", "io", "vodis", "metric");
  private static final String BEGIN = "<!-- catalogue: made from the code -->\n\n";
  private static final String END = "<!-- end of catalogue -->\n";

  @Test
  void thePageHoldsEveryMetricOfTheCode() throws IOException {
    // Given
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);

    // When
    String tables = CatalogueTable.markdown() + "\n";
    if (System.getProperty("vodis.docs", "").equals("write")) {
      Files.writeString(PAGE, page.substring(0, begin) + tables + page.substring(end));
      return;
    }

    // Then
    assertThat(page.substring(begin, end)).isEqualTo(tables);
  }

  @Test
  void everyClassOfConstantsIsInTheCatalogue() throws IOException {
    // Given
    List<String> classes;
    try (var files = Files.list(CONSTANTS)) {
      classes =
          files
              .map(file -> file.getFileName().toString())
              .filter(name -> name.endsWith("Metrics.java"))
              .map(name -> name.replace(".java", ""))
              .toList();
    }

    // Then
    assertThat(MetricCatalogue.areas().keySet())
        .extracting(Class::getSimpleName)
        .containsExactlyInAnyOrderElementsOf(classes);
  }

  @Test
  void everyMetricIsFoundByItsName() {
    for (List<MetricDefinition> area : MetricCatalogue.areas().values()) {
      assertThat(area).isNotEmpty();
      for (MetricDefinition definition : area) {
        assertThat(MetricCatalogue.of(definition.name())).contains(definition);
      }
    }
  }
}
