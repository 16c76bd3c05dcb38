package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import io.vodis.resp.RespErrors;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the proxy knows about one command, or about one subcommand such as {@code xgroup|create}.
 */
public final class CommandSpec {

  private final int id;
  private final CommandRow row;

  // Of the row; here as well, for they are read once per request.
  private final Routing routing;
  private final int arity;

  private final List<CommandSpec> subcommands;
  private final @Nullable NameIndex<CommandSpec> subcommandIndex;
  private final boolean readOnly;
  private final boolean write;
  private final boolean movableKeys;
  private final boolean script;
  private final boolean blocking;
  private final boolean barredFromTransactions;
  private final int onlyKeyArg;
  private final byte @Nullable [] refusal;

  CommandSpec(int id, CommandRow row, Map<String, CommandSpec> subcommands) {
    this.id = id;
    this.row = row;
    this.routing = row.routing();
    this.arity = row.arity();
    this.subcommands = List.copyOf(subcommands.values());
    this.subcommandIndex = subcommands.isEmpty() ? null : new NameIndex<>(subcommands);
    this.readOnly = row.flags().contains("readonly");
    // A script or function may write unless its command says that it does not.
    this.write =
        row.flags().contains("write") || !readOnly && row.categories().contains("scripting");
    this.movableKeys = row.flags().contains("movablekeys");
    this.script = movableKeys && row.categories().contains("scripting");
    this.blocking = row.flags().contains("blocking");
    this.barredFromTransactions = row.flags().contains("no_multi");
    this.onlyKeyArg = movableKeys ? 0 : onlyKeyArg(row.keySpecs());
    this.refusal = row.refusal().isEmpty() ? null : RespErrors.reply(row.refusal());
  }

  /** Dense, 0 to size - 1: an index for arrays of counters. */
  public int id() {
    return id;
  }

  /** Lower case; a subcommand's name is {@code container|subcommand}. */
  public String name() {
    return row.name();
  }

  /** Number of arguments, the name included; negative: at least that many. */
  public int arity() {
    return arity;
  }

  /** Whether that many arguments, the name included, are right. */
  public boolean acceptsArgCount(int argCount) {
    return arity >= 0 ? argCount == arity : argCount >= -arity;
  }

  /** Whether the servers publish it with that flag. */
  public boolean hasFlag(String flag) {
    return row.flags().contains(flag);
  }

  public Routing routing() {
    return routing;
  }

  /** Never changes data, so a replica could answer it. */
  public boolean readOnly() {
    return readOnly;
  }

  /** May change data. */
  public boolean write() {
    return write;
  }

  /** False: known, but answered with an error. */
  public boolean supported() {
    return row.routing().supported();
  }

  /**
   * What its servers call it, if the operator's policy says that they have renamed it. Such a
   * command never has the routing {@link Routing#ONE_KEY}: its frame cannot be sent as it came.
   */
  public @Nullable String sentAs() {
    return row.sentAs().isEmpty() ? null : row.sentAs();
  }

  /** What to answer to every request, with the reason in it; null if there is no special one. */
  public byte @Nullable [] refusal() {
    return refusal;
  }

  /** Where its keys are depends on its arguments. */
  public boolean movableKeys() {
    return movableKeys;
  }

  /** Calls a function, which its server must have: FCALL and FCALL_RO. */
  public boolean callsFunction() {
    return script && row.name().startsWith("fcall");
  }

  /** Runs a script or a function: EVAL, EVALSHA, FCALL and their like, which may have no key. */
  public boolean isScript() {
    return script;
  }

  /** May wait at the server; whether it will can depend on arguments, see {@link KeyLocator}. */
  public boolean mayBlock() {
    return blocking;
  }

  /** WAIT or WAITAOF: waits for copies of what was written, not for a key. */
  public boolean isWait() {
    return row.name().equals("wait") || row.name().equals("waitaof");
  }

  /** Makes a transaction fail if it is asked for inside. */
  public boolean isBarredFromTransactions() {
    return barredFromTransactions;
  }

  /** Subcommands have specifications of their own. */
  public boolean hasSubcommands() {
    return subcommandIndex != null;
  }

  /** The subcommand of that name, in any letter case; the offset is an absolute index. */
  public @Nullable CommandSpec subcommand(ByteBuf in, int offset, int length) {
    return subcommandIndex == null ? null : subcommandIndex.find(in, offset, length);
  }

  List<CommandSpec> subcommands() {
    return subcommands;
  }

  CommandRow row() {
    return row;
  }

  List<KeySpec> keySpecs() {
    return row.keySpecs();
  }

  /** The argument that is always its one and only key, or 0: the common case, kept at hand. */
  int onlyKeyArg() {
    return onlyKeyArg;
  }

  @Override
  public String toString() {
    return row.name();
  }

  private static int onlyKeyArg(List<KeySpec> specs) {
    if (RoutingRule.hasOneKey(specs) && specs.get(0).begin() instanceof KeySpec.Begin.Index begin) {
      return begin.index();
    }
    return 0;
  }
}
