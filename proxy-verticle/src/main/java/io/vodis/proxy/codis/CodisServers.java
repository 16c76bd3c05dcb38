package io.vodis.proxy.codis;

import io.vodis.model.HostAndPort;
import io.vodis.proxy.dispatch.Origin;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.loop.LoopClock;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;

/** Which servers know the SLOTS commands themselves. One per loop. */
final class CodisServers {

  /** For so long an answer holds: another program may be started at the same address. */
  private static final long FRESH_NANOS = 10_000_000_000L;

  private static final int SERVERS_MAX = 4096;
  private static final byte[] QUESTION = GroupCalls.frame("COMMAND", "INFO", "SLOTSINFO");

  private record Known(boolean codis, long nanos) {}

  private final GroupCalls calls;
  private final LoopClock clock;
  private final Map<HostAndPort, Known> known = new HashMap<>();

  CodisServers(GroupCalls calls, LoopClock clock) {
    this.calls = calls;
    this.clock = clock;
  }

  /** Finds out about a server, perhaps at once. */
  void ask(Origin origin, int lane, HostAndPort server, Consumer<Boolean> onKnown) {
    Known before = known.get(server);
    if (before != null && clock.nowNanos() - before.nanos() < FRESH_NANOS) {
      onKnown.accept(before.codis());
      return;
    }
    calls.ask(
        origin,
        lane,
        GroupCalls.Way.SHARED,
        List.of(server),
        QUESTION,
        replies -> {
          byte[] reply = replies.getFirst();
          boolean codis = describesCommand(reply);
          if (reply[0] == '*') {
            keep(server, codis);
          }
          onKnown.accept(codis);
        });
  }

  private void keep(HostAndPort server, boolean codis) {
    if (known.size() >= SERVERS_MAX) {
      known.clear();
    }
    known.put(server, new Known(codis, clock.nowNanos()));
  }

  /** An array of one description; of a command that is not known there is none. */
  static boolean describesCommand(byte[] reply) {
    return reply.length > 6
        && reply[0] == '*'
        && reply[1] == '1'
        && reply[2] == '\r'
        && reply[4] == '*'
        && reply[5] != '-'
        && reply[5] != '0';
  }
}
