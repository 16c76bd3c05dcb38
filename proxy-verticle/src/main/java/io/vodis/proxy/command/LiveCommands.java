package io.vodis.proxy.command;

import io.netty.buffer.ByteBuf;
import io.vodis.resp.RequestDecoder;
import org.jspecify.annotations.Nullable;

/**
 * The command table in force on one loop, and what is derived from it. Touched by that loop only.
 */
public final class LiveCommands {

  private CommandTable table;

  /** Of the table; kept here as well, for it is read once per request. */
  private NameIndex<CommandSpec> index;

  private @Nullable CommandCatalogue catalogue;

  public LiveCommands(CommandTable table) {
    this.table = table;
    this.index = table.index();
  }

  /** From here on requests are looked up in that table. */
  public void install(CommandTable replacement) {
    table = replacement;
    index = replacement.index();
    catalogue = null;
  }

  /** As {@link CommandTable#resolve}. */
  public @Nullable CommandSpec resolve(ByteBuf in, RequestDecoder request) {
    return CommandTable.resolve(index, in, request);
  }

  public CommandTable table() {
    return table;
  }

  public CommandCatalogue catalogue() {
    if (catalogue == null) {
      catalogue = new CommandCatalogue(table);
    }
    return catalogue;
  }
}
