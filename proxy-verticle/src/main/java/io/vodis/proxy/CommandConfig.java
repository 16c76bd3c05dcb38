package io.vodis.proxy;

import io.vodis.config.ByteSize;
import io.vodis.config.ConfigException;
import io.vodis.config.Doc;
import io.vodis.proxy.command.CommandPolicy;
import io.vodis.proxy.request.UnknownCommands;
import java.time.Duration;
import java.util.List;

/** Which commands are offered, and how the proxy learns of those it does not know. */
public record CommandConfig(
    @Doc(
            "Rules NAME=ACTION. NAME: a command (flushall), a subcommand (config|get) or an ACL"
                + " category (@dangerous); the most precise one holds, of equal ones the last."
                + " ACTION: deny; allow (in spite of a category or of the table); ok (answer OK,"
                + " execute nothing); rename:OTHER (the servers call it OTHER);"
                + " keys:FIRST:LAST:STEP (which arguments are its keys, LAST may count from the"
                + " end: -1); any-group (it has no keys and any server may answer); all-groups"
                + " (sent to the primary of every group, the first error or else the first reply is"
                + " the answer: bgsave, debug, swapdb).")
        List<String> commandPolicy,
    @Doc(
            "How often the servers are asked whether their version or their commands have changed."
                + " They are also asked when a connection to them has been made.")
        Duration commandRefreshPeriod,
    @Doc(
            "A command nobody here knows waits so long, at most, while a server is asked about it;"
                + " then it is answered as unknown.")
        Duration commandUnknownWait,
    @Doc("That no server knows a command is remembered for so long.")
        Duration commandUnknownRemember,
    @Doc(
            "Most unknown commands remembered, per event loop. 0: servers are never asked about"
                + " single commands.")
        int commandUnknownMax,
    @Doc("Most commands that servers are asked about per second, per event loop.")
        int commandUnknownRate,
    @Doc(
            "Most bytes of scripts (EVAL, SCRIPT LOAD) that are remembered, per event loop, so that"
                + " servers which lack one get it with EVALSHA. 0: none are.")
        ByteSize commandScriptCache) {

  public CommandConfig {
    commandPolicy = List.copyOf(commandPolicy);
    try {
      var unused = CommandPolicy.parse(commandPolicy);
    } catch (IllegalArgumentException e) {
      throw ConfigException.invalid(
          "command_policy", String.join(", ", commandPolicy), "rules; " + e.getMessage());
    }
    between("command_refresh_period", commandRefreshPeriod, 100, 3_600_000, "100ms to 1h");
    between("command_unknown_wait", commandUnknownWait, 10, 60_000, "10ms to 60s");
    between("command_unknown_remember", commandUnknownRemember, 0, 86_400_000, "0 to 24h");
    if (commandUnknownMax < 0 || commandUnknownMax > 100_000) {
      throw ConfigException.invalid("command_unknown_max", commandUnknownMax, "0 to 100000");
    }
    if (commandUnknownRate < 1) {
      throw ConfigException.invalid("command_unknown_rate", commandUnknownRate, "1 or more");
    }
  }

  private static void between(
      String key, Duration value, long leastMillis, long mostMillis, String allowed) {
    if (value.toMillis() < leastMillis || value.toMillis() > mostMillis) {
      throw ConfigException.invalid(key, value, allowed);
    }
  }

  public static CommandConfig defaults() {
    return new CommandConfig(
        List.of(),
        Duration.ofSeconds(10),
        Duration.ofSeconds(1),
        Duration.ofSeconds(10),
        1000,
        10,
        ByteSize.ofMib(16));
  }

  CommandPolicy policy() {
    return CommandPolicy.parse(commandPolicy);
  }

  UnknownCommands.Limits limits() {
    return new UnknownCommands.Limits(
        commandUnknownMax,
        commandUnknownRate,
        commandUnknownWait.toNanos(),
        commandUnknownRemember.toNanos());
  }
}
