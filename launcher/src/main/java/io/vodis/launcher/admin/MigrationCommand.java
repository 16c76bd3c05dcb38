package io.vodis.launcher.admin;

import io.vodis.topom.api.view.ChangeView;
import io.vodis.topom.api.view.MigrationView;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code vodis admin migration}. */
@Command(
    name = "migration",
    description = {
      "Shows how slots are moved; with options, changes it, also for those on their way.",
      "What is changed is kept in the store. The value 'configured' goes back to the configuration."
    },
    footer = {
      "  vodis admin migration",
      "  vodis admin migration --keys-per-second 5000",
      "  vodis admin migration --windows '22:00-06:00 Europe/Berlin' --parallel configured"
    })
final class MigrationCommand implements Callable<Integer> {

  private static final String CONFIGURED = "configured";

  @ParentCommand
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private AdminCommand admin;

  @Spec
  @SuppressWarnings("NullAway.Init") // Set by picocli before a command runs.
  private CommandSpec spec;

  @Option(
      names = "--parallel",
      paramLabel = "SLOTS",
      description = "Slots that may be moved at once, 1 to 1024.")
  private @Nullable String parallel;

  @Option(
      names = "--max-block",
      paramLabel = "MICROS",
      description = "How long one call may hold a server, in microseconds.")
  private @Nullable String maxBlock;

  @Option(
      names = "--keys-per-second",
      paramLabel = "KEYS",
      description = "Keys moved per second from one server at most; 0: no limit.")
  private @Nullable String keysPerSecond;

  @Option(
      names = "--windows",
      paramLabel = "WINDOWS",
      description = "When keys may be moved: HH:MM-HH:MM,... ZONE; empty: always.")
  private @Nullable String windows;

  @Override
  public Integer call() {
    Map<String, @Nullable Object> change = new LinkedHashMap<>();
    put(change, "parallelSlots", parallel, this::number);
    put(change, "maxBlockMicros", maxBlock, this::number);
    put(change, "keysPerSecond", keysPerSecond, this::number);
    put(change, "windows", windows, text -> text);
    return admin.run(
        (client, screen) -> {
          if (!change.isEmpty()) {
            client.patch("/migration", change, ChangeView.class);
          }
          screen.show(client.get("/migration", MigrationView.class), MigrationCommand::text);
        });
  }

  private static void put(
      Map<String, @Nullable Object> change,
      String field,
      @Nullable String given,
      Function<String, Object> value) {
    if (given != null) {
      change.put(field, given.equals(CONFIGURED) ? null : value.apply(given));
    }
  }

  private Object number(String text) {
    try {
      return Integer.valueOf(text);
    } catch (NumberFormatException e) {
      throw new ParameterException(
          spec.commandLine(), "'" + text + "' is neither a number nor '" + CONFIGURED + "'", e);
    }
  }

  private static Object text(MigrationView view) {
    String slots =
        view.pausedSlots().stream().map(String::valueOf).collect(Collectors.joining(" "));
    String paused = slots.isEmpty() ? "no" : "slots " + slots;
    return String.join(
        System.lineSeparator(),
        "paused           " + (view.paused() ? "all actions" : paused),
        "parallel slots   " + view.parallelSlots(),
        "max block        " + view.maxBlockMicros() + " us",
        "keys per second  " + (view.keysPerSecond() == 0 ? "no limit" : view.keysPerSecond()),
        "windows          " + (view.windows().isEmpty() ? "always" : view.windows()));
  }
}
