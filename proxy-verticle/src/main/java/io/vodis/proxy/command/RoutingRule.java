package io.vodis.proxy.command;

import java.util.List;

/**
 * How a command is routed that this release has no row for, by what the servers publish about it.
 * Never a guess: what cannot be told for sure is refused, with the reason.
 */
final class RoutingRule {

  private RoutingRule() {}

  /** The row with the routing that its flags and key specifications call for. */
  static CommandRow decide(CommandRow row, boolean hasSubcommands) {
    if (hasSubcommands) {
      return row.withRouting(Routing.CONTAINER, "");
    }
    if (row.flags().contains("admin")) {
      return row.withRouting(Routing.DENIED, "");
    }
    return byKeys(row);
  }

  /** As {@link #decide}, whatever its flags say of who may use it. */
  static CommandRow byKeys(CommandRow row) {
    if (row.flags().contains("pubsub")) {
      return row.withRouting(Routing.UNSUPPORTED, "");
    }
    if (row.keySpecs().isEmpty()) {
      return refused(row, "it names no keys; command_policy can say where it goes");
    }
    if (row.keySpecs().stream().anyMatch(spec -> spec.flags().contains("not_key"))) {
      return refused(row, "what stands for its keys is none; command_policy can say where it goes");
    }
    if (!row.keySpecs().stream().allMatch(KeySpec::isComplete)) {
      return refused(
          row, "its server does not publish where all its keys are; command_policy can say it");
    }
    if (row.flags().contains("blocking") && row.routing() != Routing.BLOCKING) {
      return refused(row, "it may wait at its server, and this release does not know how");
    }
    if (row.routing() == Routing.BLOCKING) {
      return row;
    }
    return row.withRouting(
        hasOneKey(row.keySpecs()) && row.sentAs().isEmpty() ? Routing.ONE_KEY : Routing.SAME_SLOT,
        "");
  }

  /** One key, always the same argument. */
  static boolean hasOneKey(List<KeySpec> specs) {
    return specs.size() == 1
        && specs.get(0).begin() instanceof KeySpec.Begin.Index
        && specs.get(0).find() instanceof KeySpec.Find.Range range
        && range.lastKey() == 0;
  }

  private static CommandRow refused(CommandRow row, String reason) {
    return row.withRouting(
        Routing.UNSUPPORTED, "ERR command '" + row.name() + "' cannot be routed: " + reason);
  }
}
