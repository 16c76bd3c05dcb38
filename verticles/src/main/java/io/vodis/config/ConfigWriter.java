package io.vodis.config;

import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;

/** Writes a role's configuration for people: as a commented file, or as one line for the log. */
public final class ConfigWriter {

  private static final int WIDTH = 98;
  private static final String MASK = "***";

  private ConfigWriter() {}

  /** The commented YAML file of {@code conf/}, ending in a line feed. */
  public static String render(String title, Record config) {
    ConfigSchema schema = new ConfigSchema(config.getClass());
    Map<String, Object> values = schema.values(config);
    StringBuilder out = new StringBuilder();
    comment(out, title);
    comment(
        out,
        "Every key is optional; the values below are the defaults. The environment (VODIS_<KEY>, upper"
            + " case) overrides this file, --set key=value overrides both. Durations: 500ms, 30s,"
            + " 5m, 1h, no unit means seconds. Sizes: 64kb, 32mb, 1gb.");
    String heading = "";
    for (ConfigKey key : schema.keys().values()) {
      if (!key.heading().equals(heading)) {
        heading = key.heading();
        out.append("\n# ").append("-".repeat(WIDTH - 2)).append('\n');
        comment(out, heading);
      }
      out.append('\n');
      comment(out, key.doc());
      Object value = values.getOrDefault(key.name(), "");
      out.append(key.name()).append(": ").append(yaml(value)).append('\n');
    }
    return out.toString();
  }

  /** All keys as {@code key=value}, in one line, secrets masked. */
  public static String effective(Record config) {
    ConfigSchema schema = new ConfigSchema(config.getClass());
    Map<String, Object> values = schema.values(config);
    return schema.keys().values().stream()
        .map(key -> key.name() + "=" + shown(key, values.getOrDefault(key.name(), "")))
        .collect(Collectors.joining(" "));
  }

  private static String shown(ConfigKey key, Object value) {
    String text = ConfigText.render(value);
    return key.secret() && !text.isEmpty() ? MASK : text;
  }

  private static String yaml(Object value) {
    return switch (value) {
      case List<?> list ->
          list.stream()
              .map(item -> quoted(item.toString()))
              .collect(Collectors.joining(", ", "[", "]"));
      case Number number -> number.toString();
      case Boolean flag -> flag.toString();
      case String text -> quoted(text);
      default -> {
        String text = ConfigText.render(value);
        yield text.indexOf(':') >= 0 ? quoted(text) : text;
      }
    };
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n") + '"';
  }

  private static void comment(StringBuilder out, String text) {
    StringBuilder line = new StringBuilder("#");
    for (String word : text.strip().split("\\s+", -1)) {
      if (line.length() + 1 + word.length() > WIDTH) {
        out.append(line).append('\n');
        line.setLength(1);
      }
      line.append(' ').append(word);
    }
    out.append(line).append('\n');
  }
}
