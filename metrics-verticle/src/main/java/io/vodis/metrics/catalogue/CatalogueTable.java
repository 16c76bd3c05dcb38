package io.vodis.metrics.catalogue;

import io.vodis.metric.MetricDefinition;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** The catalogue as the tables of {@code docs/metrics.md}. */
public final class CatalogueTable {

  private CatalogueTable() {}

  /** One Markdown table per area, each under its heading. */
  public static String markdown() {
    List<String> lines = new ArrayList<>();
    MetricCatalogue.areas()
        .forEach(
            (area, definitions) -> {
              lines.add("### " + area.getSimpleName().replace("Metrics", ""));
              lines.add("");
              lines.add("| name | type | labels | meaning |");
              lines.add("|---|---|---|---|");
              definitions.forEach(definition -> lines.add(row(definition)));
              lines.add("");
            });
    return String.join("\n", lines);
  }

  private static String row(MetricDefinition definition) {
    return "| `vodis_"
        + definition.name()
        + "` | "
        + definition.type().name().toLowerCase(Locale.ROOT)
        + " | "
        + String.join(", ", definition.labels())
        + " | "
        + definition.help()
        + " |";
  }
}
