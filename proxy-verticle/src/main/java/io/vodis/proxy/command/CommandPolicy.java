package io.vodis.proxy.command;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * What the operator says about commands, in the form {@code NAME=ACTION}.
 *
 * <pre>
 *   flushall=deny            a command: with all its subcommands, if it has any
 *   config|get=deny          a subcommand, written with a bar
 *   {@literal @}dangerous=deny          every command of an ACL category
 *   keys=allow               in spite of a category, or of the table
 *   save=ok                  answered with OK, never executed
 *   keys=rename:keys-7f3a    the servers have renamed it
 *   graph.query=keys:1:1:1   its keys are from first to last argument, every step-th
 *   graph.list=any-group     it has no keys and any server may answer
 *   bgsave=all-groups        sent to the primary of every group; the first error or reply counts
 * </pre>
 *
 * <p>The most precise rule for a command holds: subcommand, command, category; of equal ones the
 * last.
 */
public final class CommandPolicy {

  /** The operator has said nothing. */
  public static final CommandPolicy NONE = new CommandPolicy(Map.of());

  /** What becomes of a command. */
  private sealed interface Action {
    record Allow() implements Action {}

    record Deny() implements Action {}

    record AnswerOk() implements Action {}

    record AnyGroup() implements Action {}

    record AllGroups() implements Action {}

    record Keys(int first, int last, int step) implements Action {}

    record Rename(String name) implements Action {}
  }

  private final Map<String, Action> actions;

  private CommandPolicy(Map<String, Action> actions) {
    this.actions = actions;
  }

  /**
   * Reads the rules.
   *
   * @throws IllegalArgumentException naming the rule and what is allowed
   */
  public static CommandPolicy parse(List<String> rules) {
    Map<String, Action> actions = new LinkedHashMap<>();
    for (String rule : rules) {
      int equals = rule.indexOf('=');
      String target = equals < 0 ? "" : rule.substring(0, equals).strip().toLowerCase(Locale.ROOT);
      if (!isTarget(target)) {
        throw invalid(rule, "COMMAND=ACTION, COMMAND|SUBCOMMAND=ACTION or @CATEGORY=ACTION");
      }
      Action action = action(rule, rule.substring(equals + 1).strip());
      if (!(action instanceof Action.Allow || action instanceof Action.Deny)
          && !(action instanceof Action.AnswerOk)
          && target.startsWith("@")) {
        throw invalid(rule, "allow, deny or ok for a category");
      }
      if (action instanceof Action.Rename && target.indexOf('|') >= 0) {
        throw invalid(rule, "a whole command, for servers cannot rename a subcommand");
      }
      actions.remove(target);
      actions.put(target, action);
    }
    return new CommandPolicy(actions);
  }

  private static boolean isTarget(String target) {
    String name = target.startsWith("@") ? target.substring(1) : target;
    return !name.isEmpty() && !name.startsWith("|") && !name.endsWith("|") && isName(name);
  }

  private static boolean isName(String name) {
    return name.length() <= 128 && name.chars().allMatch(c -> c > ' ' && c < 0x7f);
  }

  private static Action action(String rule, String text) {
    String[] parts = text.split(":", -1);
    String kind = parts[0].toLowerCase(Locale.ROOT);
    if (parts.length == 1) {
      switch (kind) {
        case "allow" -> {
          return new Action.Allow();
        }
        case "deny" -> {
          return new Action.Deny();
        }
        case "ok" -> {
          return new Action.AnswerOk();
        }
        case "any-group" -> {
          return new Action.AnyGroup();
        }
        case "all-groups" -> {
          return new Action.AllGroups();
        }
        default -> {}
      }
    } else if (kind.equals("rename")) {
      String name = text.substring(kind.length() + 1);
      if (!name.isEmpty() && isName(name)) {
        return new Action.Rename(name);
      }
    } else if (kind.equals("keys") && parts.length == 4) {
      return keys(rule, parts);
    }
    throw invalid(
        rule,
        "allow, deny, ok, any-group, all-groups, keys:FIRST:LAST:STEP or rename:NAME behind the"
            + " =");
  }

  private static Action keys(String rule, String[] parts) {
    try {
      int first = Integer.parseInt(parts[1]);
      int last = Integer.parseInt(parts[2]);
      int step = Integer.parseInt(parts[3]);
      if (first >= 1 && (last >= first || last < 0) && step >= 1) {
        return new Action.Keys(first, last, step);
      }
    } catch (NumberFormatException e) {
      throw invalid(rule, "numbers in keys:FIRST:LAST:STEP");
    }
    throw invalid(rule, "FIRST 1 or more, LAST not before it or negative, STEP 1 or more");
  }

  private static IllegalArgumentException invalid(String rule, String allowed) {
    return new IllegalArgumentException("rule '" + rule + "': expected " + allowed);
  }

  /** The rows with this policy in force. */
  List<CommandRow> apply(List<CommandRow> rows) {
    if (actions.isEmpty()) {
      return rows;
    }
    Set<String> containers =
        rows.stream()
            .filter(CommandRow::isSubcommand)
            .map(CommandRow::container)
            .collect(Collectors.toSet());
    return rows.stream().map(row -> apply(row, containers.contains(row.name()))).toList();
  }

  /** Names and categories in it that are in none of these rows: mistyped, or not known yet. */
  Set<String> unmatched(List<CommandRow> rows) {
    Set<String> unmatched = new TreeSet<>(actions.keySet());
    for (CommandRow row : rows) {
      unmatched.remove(row.name());
      row.categories().forEach(category -> unmatched.remove("@" + category));
    }
    return unmatched;
  }

  private CommandRow apply(CommandRow row, boolean isContainer) {
    // Who speaks HTTP here is a browser that was led astray: not the operator's to allow.
    Action action = row.routing() == Routing.CROSS_PROTOCOL ? null : rule(row);
    return switch (action) {
      case null -> row;
      case Action.Allow allow -> allowed(row, isContainer);
      case Action.Deny deny -> row.withRouting(Routing.DENIED, "");
      case Action.AnswerOk ok -> row.withRouting(Routing.ANSWER_OK, "");
      case Action.AnyGroup any -> isContainer ? row : row.withRouting(Routing.ANY_GROUP, "");
      case Action.AllGroups all ->
          isContainer || !maySpread(row) ? row : row.withRouting(Routing.ALL_GROUPS, "");
      case Action.Keys keys ->
          isContainer
              ? row
              : RoutingRule.byKeys(row.withKeyRange(keys.first(), keys.last(), keys.step()));
      case Action.Rename rename -> row.renamed(rename.name());
    };
  }

  /** A command with keys belongs to the servers that have them, and some replies must be merged. */
  private static boolean maySpread(CommandRow row) {
    return row.keySpecs().isEmpty()
        && switch (row.routing()) {
          case LOCAL, DENIED, UNSUPPORTED, ANSWER_OK, ANY_GROUP -> true;
          default -> false;
        };
  }

  private static CommandRow allowed(CommandRow row, boolean isContainer) {
    if (row.routing() != Routing.DENIED && row.routing() != Routing.UNSUPPORTED) {
      return row;
    }
    return isContainer ? row.withRouting(Routing.CONTAINER, "") : RoutingRule.byKeys(row);
  }

  private @Nullable Action rule(CommandRow row) {
    Action precise = actions.getOrDefault(row.name(), actions.get(row.container()));
    if (precise != null) {
      return precise;
    }
    List<Map.Entry<String, Action>> ofCategories = new ArrayList<>(actions.entrySet());
    ofCategories.removeIf(
        entry ->
            !entry.getKey().startsWith("@")
                || !row.categories().contains(entry.getKey().substring(1)));
    return ofCategories.isEmpty() ? null : ofCategories.getLast().getValue();
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof CommandPolicy policy && actions.equals(policy.actions);
  }

  @Override
  public int hashCode() {
    return Objects.hash(actions);
  }

  @Override
  public String toString() {
    return actions.toString();
  }
}
