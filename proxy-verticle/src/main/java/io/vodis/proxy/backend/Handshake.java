package io.vodis.proxy.backend;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.Protocol;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.List;
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
  private boolean asksWhetherBusy;

  /** The server may be busy with a script: then it only hears what is needed to end that. */
  void ofBusyServer() {
    ofBusyServer = true;
  }

  /** Ends with {@code PING}: since Valkey 9 a busy server hears all the rest. */
  void asksWhetherBusy() {
    asksWhetherBusy = true;
  }

  private static boolean isBusy(ByteBuf in, int offset) {
    return in.getByte(offset + 1) == 'B' && in.getByte(offset + 2) == 'U';
  }

  /** Writes the commands and starts to wait for their replies. */
  ByteBuf begin(
      HostAndPort server, BackendLimits limits, String name, int database, Protocol protocol) {
    ByteBuf out = RespSocket.ALLOCATOR.directBuffer(256);
    List<String> auth = limits.access().credentials(server).auth();
    if (!auth.isEmpty()) {
      command(out, auth);
    }
    if (protocol == Protocol.RESP3) {
      command(out, List.of("HELLO", "3"));
    }
    command(out, List.of("CLIENT", "SETNAME", name));
    if (database != 0) {
      command(out, List.of("SELECT", Integer.toString(database)));
    }
    if (asksWhetherBusy) {
      command(out, List.of("PING"));
    }
    return out;
  }

  /** The same, and what is special about the connections of one session. */
  ByteBuf begin(
      HostAndPort server,
      BackendLimits limits,
      String name,
      int database,
      Protocol protocol,
      ByteBuf greeting) {
    ByteBuf out = begin(server, limits, name, database, protocol);
    if (greeting.isReadable()) {
      out.writeBytes(greeting, greeting.readerIndex(), greeting.readableBytes());
      repliesLeft++;
    }
    return out;
  }

  private void command(ByteBuf out, List<String> words) {
    RespWriter.arrayHeader(out, words.size());
    words.forEach(word -> RespWriter.bulk(out, word));
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
