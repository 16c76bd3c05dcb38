package io.vodis.lifecycle;

import io.vodis.config.ConfigChanges;
import io.vodis.config.ConfigSections;
import io.vodis.config.LogConfig;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The configuration of a running role, read again when an operator asks for it. A configuration
 * with an error changes nothing. The log level can change in every role.
 */
public final class ConfigReload<C extends Record> {

  private static final String LOG_LEVEL = "log_level";

  private final Class<C> type;
  private final C started;
  private final Set<String> whileRunning;
  private final Consumer<C> apply;
  private C current;
  private @Nullable Supplier<? extends Record> source;

  /**
   * Of a role that has just been started.
   *
   * @param whileRunning the keys that {@code apply} puts in force
   * @param apply is given every configuration without an error
   */
  public ConfigReload(Class<C> type, C started, Set<String> whileRunning, Consumer<C> apply) {
    this.type = type;
    this.started = started;
    this.current = started;
    this.whileRunning = Set.copyOf(whileRunning);
    this.apply = apply;
  }

  /** Of a role that can change nothing but its log level. */
  public static <C extends Record> ConfigReload<C> ofLogLevel(Class<C> type, C started) {
    return new ConfigReload<>(type, started, Set.of(), config -> {});
  }

  /**
   * Where to read it again from.
   *
   * @param newSource throws a {@link VodisException} that says what is wrong with it
   */
  public synchronized void from(Supplier<? extends Record> newSource) {
    source = newSource;
  }

  /**
   * Reads it, and puts in force what can be.
   *
   * @return what has become of what has changed, in one line
   */
  public synchronized String reload() {
    Supplier<? extends Record> from = source;
    if (from == null) {
      throw new VodisException("this process does not know where its configuration came from");
    }
    C fresh = type.cast(from.get());
    List<String> applied = new ArrayList<>();
    for (String key : ConfigChanges.between(type, current, fresh)) {
      if (canChange(key)) {
        applied.add(key);
      }
    }
    List<String> needRestart = new ArrayList<>();
    for (String key : ConfigChanges.between(type, started, fresh)) {
      if (!canChange(key)) {
        needRestart.add(key);
      }
    }
    LogLevel.apply(ConfigSections.find(fresh, LogConfig.class));
    apply.accept(fresh);
    current = fresh;
    return "in force now: " + list(applied) + "; needs a restart: " + list(needRestart);
  }

  private boolean canChange(String key) {
    return key.equals(LOG_LEVEL) || whileRunning.contains(key);
  }

  private static String list(List<String> keys) {
    return keys.isEmpty() ? "nothing" : String.join(", ", keys);
  }
}
