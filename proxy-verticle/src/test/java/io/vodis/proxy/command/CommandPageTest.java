package io.vodis.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/**
 * The table of {@code docs/compatibility.md} tells of every command of the command table. Run with
 * {@code -Dvodis.docs=write} to write it anew between the two marks.
 */
class CommandPageTest {

  private static final Path PAGE = Path.of("..", "docs", "compatibility.md");
  private static final String BEGIN = "<!-- commands: made from the command table -->\n\n";
  private static final String END = "<!-- end of commands -->\n";

  @Test
  void thePageHasARowForEveryCommand() throws IOException {
    // Given
    String page = Files.readString(PAGE);
    int begin = page.indexOf(BEGIN) + BEGIN.length();
    int end = page.indexOf(END);
    assertThat(begin).isLessThanOrEqualTo(end);

    // When
    String table = table(differences()) + "\n";
    if (System.getProperty("vodis.docs", "").equals("write")) {
      Files.writeString(PAGE, page.substring(0, begin) + table + page.substring(end));
      return;
    }

    // Then
    assertThat(page.substring(begin, end)).as("run with -Dvodis.docs=write").isEqualTo(table);
  }

  @Test
  void everyDifferenceIsOfACommandThatExists() throws IOException {
    List<String> strange = new ArrayList<>(differences().keySet());
    for (CommandRow row : CommandTable.baseline().rows()) {
      strange.removeIf(name -> matches(name, row.name()));
    }
    assertThat(strange).isEmpty();
  }

  private static boolean matches(String name, String command) {
    return name.endsWith("*")
        ? command.startsWith(name.substring(0, name.length() - 1))
        : command.equals(name);
  }

  private static Map<String, String> differences() throws IOException {
    Map<String, String> differences = new TreeMap<>();
    try (InputStream in =
        Objects.requireNonNull(CommandPageTest.class.getResourceAsStream("differences.txt"))) {
      new String(in.readAllBytes(), StandardCharsets.UTF_8)
          .lines()
          .filter(line -> !line.startsWith("#") && !line.isBlank())
          .forEach(
              line -> {
                int bar = line.lastIndexOf(" | ");
                differences.put(line.substring(0, bar).strip(), line.substring(bar + 3).strip());
              });
    }
    return differences;
  }

  private static String table(Map<String, String> differences) {
    StringBuilder table = new StringBuilder("| command | class | differs |\n|---|---|---|\n");
    CommandTable.baseline().rows().stream()
        .filter(row -> row.routing() != Routing.CROSS_PROTOCOL)
        .sorted(Comparator.comparing(CommandRow::name))
        .forEach(
            row ->
                table
                    .append("| ")
                    .append(row.name().replace("|", " "))
                    .append(" | ")
                    .append(words(row.routing()))
                    .append(" | ")
                    .append(difference(row.name(), differences))
                    .append(" |\n"));
    return table.toString();
  }

  private static String difference(String command, Map<String, String> differences) {
    String own = differences.get(command);
    if (own != null) {
      return own;
    }
    return differences.entrySet().stream()
        .filter(entry -> matches(entry.getKey(), command))
        .map(Map.Entry::getValue)
        .findFirst()
        .orElse("");
  }

  private static String words(Routing routing) {
    return switch (routing) {
      case LOCAL -> "local";
      case ONE_KEY -> "one key";
      case SAME_SLOT -> "one slot";
      case ANY_GROUP -> "any group";
      case FRAGMENTED -> "split";
      case CONTAINER -> "by subcommand";
      case BROADCAST, ALL_GROUPS -> "all groups";
      case BLOCKING -> "waits";
      case PUBSUB -> "messages";
      case TRANSACTION -> "transaction";
      case DENIED -> "denied";
      default -> "not offered";
    };
  }
}
