package io.vodis.metrics.expose;

import io.vodis.metrics.collect.Figure;
import java.util.Map;
import java.util.TreeMap;

/** How a figure is called outside: its name with the prefix, and all its labels. */
final class SeriesName {

  private static final String PREFIX = "vodis_";

  private SeriesName() {}

  static String of(String name) {
    return PREFIX + name;
  }

  /** The figure's own labels and those of its member, by name. */
  static Map<String, String> labels(String product, Figure figure) {
    Map<String, String> labels = new TreeMap<>(figure.sample().labels());
    labels.put("product", product);
    labels.put("role", figure.role().id());
    labels.put("member", figure.member());
    return labels;
  }
}
