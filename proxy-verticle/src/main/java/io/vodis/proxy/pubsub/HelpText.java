package io.vodis.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RespWriter;
import java.util.List;

/** What PUBSUB HELP says. */
final class HelpText {

  private static final List<String> LINES =
      List.of(
          "PUBSUB <subcommand> [<arg> [value] [opt] ...]. Subcommands are:",
          "CHANNELS [<pattern>]",
          "    Channels that somebody is subscribed to, all or those that match.",
          "NUMPAT",
          "    How many patterns there are subscriptions to.",
          "NUMSUB [<channel> ...]",
          "    How many are subscribed to each channel, patterns not counted.",
          "SHARDCHANNELS [<pattern>]",
          "    As CHANNELS, of shard channels.",
          "SHARDNUMSUB [<channel> ...]",
          "    As NUMSUB, of shard channels.",
          "HELP",
          "    This text.");

  private HelpText() {}

  static ByteBuf reply() {
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(512);
    RespWriter.arrayHeader(reply, LINES.size());
    LINES.forEach(line -> RespWriter.simple(reply, line));
    return reply;
  }
}
