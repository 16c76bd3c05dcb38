package io.vodis.metrics.catalogue;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What operators copy from us asks for metrics that exist. */
class DeployFilesTest {

  private static final Path ROOT = Path.of("..");
  private static final Pattern NAME = Pattern.compile("vodis_([a-z0-9_]+)");

  @ParameterizedTest
  @ValueSource(
      strings = {"deploy/grafana/vodis.json", "deploy/prometheus/alerts.yml", "docs/operations.md"})
  void everyMetricInTheFileIsInTheCatalogue(String file) throws IOException {
    // Given
    Set<String> unknown = new TreeSet<>();
    Set<String> known = new TreeSet<>();

    // When
    Matcher matcher = NAME.matcher(Files.readString(ROOT.resolve(file)));
    while (matcher.find()) {
      String name = matcher.group(1).replaceFirst("(_seconds)_(bucket|sum|count)$", "$1");
      (MetricCatalogue.of(name).isPresent() ? known : unknown).add(name);
    }

    // Then
    assertThat(unknown).isEmpty();
    assertThat(known).hasSizeGreaterThan(5);
  }

  @Test
  void theDashboardIsWellFormed() throws IOException {
    JsonObject dashboard =
        new JsonObject(Files.readString(ROOT.resolve("deploy/grafana/vodis.json")));

    assertThat(dashboard.getJsonArray("panels"))
        .extracting(panel -> ((JsonObject) panel).getInteger("id"))
        .doesNotHaveDuplicates();
  }
}
