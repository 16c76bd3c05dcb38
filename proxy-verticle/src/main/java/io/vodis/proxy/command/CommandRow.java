package io.vodis.proxy.command;

import java.util.ArrayList;
import java.util.List;

/**
 * One row of the command table: what servers publish about a command, and what is done with it
 * here.
 *
 * @param name lower case, one character per byte; a subcommand's is {@code container|subcommand}
 * @param arity number of arguments, the name included; negative: at least that many
 * @param firstKey of the form before key specifications; 0 for none
 * @param lastKey negative: counted from the end
 * @param sentAs what the servers call it; empty if nothing else
 * @param refusal the error to answer to every request; empty if its routing says enough
 */
record CommandRow(
    String name,
    int arity,
    Routing routing,
    int firstKey,
    int lastKey,
    int keyStep,
    List<String> flags,
    List<String> categories,
    List<String> tips,
    List<KeySpec> keySpecs,
    String sentAs,
    String refusal) {

  CommandRow {
    flags = List.copyOf(flags);
    categories = List.copyOf(categories);
    tips = List.copyOf(tips);
    keySpecs = List.copyOf(keySpecs);
  }

  /** The name of the command that this is a subcommand of, or its own. */
  String container() {
    int bar = name.indexOf('|');
    return bar < 0 ? name : name.substring(0, bar);
  }

  boolean isSubcommand() {
    return name.indexOf('|') >= 0;
  }

  CommandRow withRouting(Routing other, String reason) {
    return new CommandRow(
        name,
        arity,
        other,
        firstKey,
        lastKey,
        keyStep,
        flags,
        categories,
        tips,
        keySpecs,
        sentAs,
        reason);
  }

  /** The same command with its keys where the form before key specifications says. */
  CommandRow withKeyRange(int first, int last, int step) {
    return new CommandRow(
        name,
        arity,
        routing,
        first,
        last,
        step,
        flags,
        categories,
        tips,
        List.of(KeySpec.ofRange(first, last, step)),
        sentAs,
        refusal);
  }

  /** The same command under another name at the servers; so its frame is always written anew. */
  CommandRow renamed(String serverName) {
    return new CommandRow(
        name,
        arity,
        routing == Routing.ONE_KEY ? Routing.SAME_SLOT : routing,
        firstKey,
        lastKey,
        keyStep,
        flags,
        categories,
        tips,
        keySpecs,
        serverName,
        refusal);
  }

  /** The same command as a server publishes it; what is done with it stays. */
  CommandRow published(CommandRow server, int looserArity) {
    return new CommandRow(
        name,
        looserArity,
        routing,
        server.firstKey,
        server.lastKey,
        server.keyStep,
        server.flags,
        server.categories,
        server.tips,
        server.keySpecs,
        sentAs,
        refusal);
  }

  CommandRow withFlag(String flag) {
    List<String> more = new ArrayList<>(flags);
    more.add(flag);
    return new CommandRow(
        name,
        arity,
        routing,
        firstKey,
        lastKey,
        keyStep,
        more,
        categories,
        tips,
        keySpecs,
        sentAs,
        refusal);
  }

  CommandRow withArity(int other) {
    return new CommandRow(
        name,
        other,
        routing,
        firstKey,
        lastKey,
        keyStep,
        flags,
        categories,
        tips,
        keySpecs,
        sentAs,
        refusal);
  }

  CommandRow withKeySpecs(List<KeySpec> other) {
    return new CommandRow(
        name,
        arity,
        routing,
        firstKey,
        lastKey,
        keyStep,
        flags,
        categories,
        tips,
        other,
        sentAs,
        refusal);
  }
}
