package io.vodis.config;

import io.vertx.config.ConfigRetriever;
import io.vertx.config.ConfigRetrieverOptions;
import io.vertx.config.ConfigStoreOptions;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.CompletionException;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * Reads a role's configuration: defaults, then the file, then the environment ({@code VODIS_<KEY>}
 * in upper case), then the command line; the later wins. An unknown key in the file or on the
 * command line is an error. Foreign {@code VODIS_...} variables are not, because container
 * platforms add some of their own.
 */
public final class ConfigLoader {

  private static final String ENVIRONMENT_PREFIX = "VODIS_";

  private ConfigLoader() {}

  /**
   * Loads and validates.
   *
   * @param overrides from the command line, by key
   * @throws ConfigException in one line, naming the file or other source, key, value and what is
   *     allowed
   */
  public static <R extends Record> R load(
      Class<R> type,
      R defaults,
      @Nullable Path file,
      Map<String, String> env,
      Map<String, String> overrides) {
    ConfigSchema schema = new ConfigSchema(type);
    Map<String, Object> values = schema.values(defaults);
    Map<String, String> sources = new HashMap<>();
    if (file != null) {
      apply(schema, values, sources, key -> file.toString(), readYaml(file));
    }
    apply(schema, values, sources, ConfigLoader::variable, environment(schema, env));
    apply(schema, values, sources, key -> "--set " + key, overrides);
    try {
      return type.cast(schema.build(values));
    } catch (ConfigException e) {
      String source = e.key() == null ? null : sources.get(e.key());
      throw source == null ? e : e.from(source);
    }
  }

  private static void apply(
      ConfigSchema schema,
      Map<String, Object> values,
      Map<String, String> sources,
      java.util.function.UnaryOperator<String> sourceOf,
      Map<String, String> texts) {
    texts.forEach(
        (name, text) -> {
          String source = sourceOf.apply(name);
          ConfigKey key = schema.keys().get(name);
          if (key == null) {
            throw new ConfigException(
                source + ": unknown key '" + name + "'" + nearest(schema, name));
          }
          try {
            values.put(name, ConfigText.parse(key.type(), text));
          } catch (IllegalArgumentException e) {
            throw ConfigException.invalid(name, text, String.valueOf(e.getMessage())).from(source);
          }
          sources.put(name, source);
        });
  }

  private static String nearest(ConfigSchema schema, String name) {
    return NearestName.of(name, schema.keys().keySet())
        .map(key -> ", did you mean '" + key + "'?")
        .orElse("");
  }

  private static Map<String, String> environment(ConfigSchema schema, Map<String, String> env) {
    return schema.keys().keySet().stream()
        .filter(key -> env.containsKey(variable(key)))
        .collect(Collectors.toMap(key -> key, key -> env.getOrDefault(variable(key), "")));
  }

  private static String variable(String key) {
    return ENVIRONMENT_PREFIX + key.toUpperCase(Locale.ROOT);
  }

  /** The file's keys with their values as text. */
  private static Map<String, String> readYaml(Path file) {
    if (!Files.isReadable(file) || Files.isDirectory(file)) {
      throw new ConfigException(file + ": no such file, or not readable");
    }
    Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(1).setWorkerPoolSize(1));
    try {
      ConfigStoreOptions store =
          new ConfigStoreOptions()
              .setType("file")
              .setFormat("yaml")
              .setConfig(new JsonObject().put("path", file.toAbsolutePath().toString()));
      ConfigRetriever retriever =
          ConfigRetriever.create(
              vertx, new ConfigRetrieverOptions().setScanPeriod(-1).addStore(store));
      JsonObject content = retriever.getConfig().toCompletionStage().toCompletableFuture().join();
      retriever.close().toCompletionStage().toCompletableFuture().join();
      Map<String, String> texts = new HashMap<>();
      content.forEach(entry -> texts.put(entry.getKey(), text(file, entry)));
      return texts;
    } catch (CompletionException e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      String message = String.valueOf(cause.getMessage()).lines().findFirst().orElse("");
      throw new ConfigException(file + ": not valid YAML: " + message);
    } finally {
      vertx.close().toCompletionStage().toCompletableFuture().join();
    }
  }

  private static String text(Path file, Map.Entry<String, Object> entry) {
    Object value = entry.getValue();
    return switch (value) {
      case null -> "";
      case JsonObject nested ->
          throw new ConfigException(
              file + ": invalid " + entry.getKey() + ": expected a value, not a table");
      case JsonArray list -> list.stream().map(String::valueOf).collect(Collectors.joining(","));
      default -> value.toString();
    };
  }
}
