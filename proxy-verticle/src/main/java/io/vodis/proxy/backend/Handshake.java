package io.vodis.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.Protocol;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * What a new connection says first, in one write: {@code AUTH} if there is a password, {@code HELLO
 * 3} if that is its protocol, {@code CLIENT SETNAME} so that the connections of a dead proxy can be
 * found and killed, {@code SELECT}.
 */
final class Handshake {

  private int repliesLeft;
  private @Nullable String error;
  private boolean ofBusyServer;

  /** The server may be busy with a script: then it only hears what is needed to end that. */
  void ofBusyServer() {
    ofBusyServer = true;
  }

  private static boolean isBusy(ByteBuf in, int offset) {
    return in.getByte(offset + 1) == 'B' && in.getByte(offset + 2) == 'U';
  }

  /** Writes the commands and starts to wait for their replies. */
  ByteBuf begin(BackendLimits limits, String name, int database, Protocol protocol) {
    ByteBuf out = RespSocket.ALLOCATOR.directBuffer(256);
    if (!limits.password().isEmpty()) {
      command(out, "AUTH", limits.password());
    }
    if (protocol == Protocol.RESP3) {
      command(out, "HELLO", "3");
    }
    RespWriter.arrayHeader(out, 3);
    RespWriter.bulk(out, "CLIENT");
    RespWriter.bulk(out, "SETNAME");
    RespWriter.bulk(out, name);
    repliesLeft++;
    if (database != 0) {
      command(out, "SELECT", Integer.toString(database));
    }
    return out;
  }

  /** The same, and what is special about the connections of one session. */
  ByteBuf begin(
      BackendLimits limits, String name, int database, Protocol protocol, ByteBuf greeting) {
    ByteBuf out = begin(limits, name, database, protocol);
    if (greeting.isReadable()) {
      out.writeBytes(greeting, greeting.readerIndex(), greeting.readableBytes());
      repliesLeft++;
    }
    return out;
  }

  private void command(ByteBuf out, String command, String argument) {
    RespWriter.arrayHeader(out, 2);
    RespWriter.bulk(out, command);
    RespWriter.bulk(out, argument);
    repliesLeft++;
  }

  /** One more reply; returns whether it was the last. */
  boolean onReply(ByteBuf in, int offset, int length) {
    if (error == null && in.getByte(offset) == '-' && !(ofBusyServer && isBusy(in, offset))) {
      error = in.toString(offset + 1, length - 1, StandardCharsets.UTF_8).strip();
    }
    repliesLeft--;
    return repliesLeft == 0;
  }

  /** The first refusal of the server, if any. */
  @Nullable String error() {
    return error;
  }
}
