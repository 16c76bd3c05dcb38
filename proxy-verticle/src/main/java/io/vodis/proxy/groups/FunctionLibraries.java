package io.vodis.proxy.groups;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendState;
import io.vodis.proxy.backend.Lane;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.Origin;
import io.vodis.proxy.dispatch.TableWait;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.fanout.GroupCalls.Way;
import io.vodis.proxy.fanout.ReplyItems;
import io.vodis.proxy.loop.LoopClock;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.Stop;
import io.vodis.resp.Protocol;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sees to it that a function does not depend on the group it is called on. A group that is new to
 * this loop, or that had to be connected to anew, may lack function libraries: its server may be
 * new, or have lost what it had. So before the next function is called, the libraries of all groups
 * are compared by name, and those that lack some get them from the group that has most.
 *
 * <p>Nothing is compared while there is one server only. What cannot be compared, because a server
 * does not answer or is older than Redis 7, holds nothing up and is tried again later.
 */
final class FunctionLibraries {

  private static final Logger LOGGER = LoggerFactory.getLogger(FunctionLibraries.class);
  private static final int LANE = Lane.of(0, Protocol.RESP2);
  private static final long RETRY_NANOS = 1_000_000_000;
  private static final byte[] LIST = GroupCalls.frame("FUNCTION", "LIST");
  private static final byte[] DUMP = GroupCalls.frame("FUNCTION", "DUMP");

  /** The connection over which a server has been found to have all. */
  private record Seen(Backend backend, long connects) {
    boolean isStill() {
      return backend.state() == BackendState.READY && backend.connects() == connects;
    }
  }

  private final Dispatcher dispatcher;
  private final GroupCalls calls;
  private final LoopClock clock;
  private final TableWait waits;
  private final Origin origin;
  private final List<Runnable> waiting = new ArrayList<>();
  private Map<HostAndPort, Seen> seen = new HashMap<>();
  private boolean comparing;
  private long retryAtNanos;

  FunctionLibraries(Dispatcher dispatcher, GroupCalls calls, LoopClock clock) {
    this.dispatcher = dispatcher;
    this.calls = calls;
    this.clock = clock;
    this.waits = new TableWait(dispatcher, clock);
    this.retryAtNanos = clock.nowNanos();
    this.origin =
        new Origin(dispatcher) {
          @Override
          protected boolean isGone() {
            return false;
          }

          @Override
          protected boolean awaitsRetired(Backend backend) {
            return false;
          }
        };
  }

  /**
   * Whether a function may be called on {@code slot} now; if not, the session has been stopped and
   * its request comes again.
   */
  boolean isReady(Session session, int slot) {
    if (!isReady(session)) {
      return false;
    }
    if (dispatcher.table().onlyOwner() == null
        && dispatcher.table().route(slot) instanceof SlotRoute.Fenced
        && waits.mayWait(session)) {
      // Its next owner may be a server nobody has looked at.
      session.stall();
      return false;
    }
    waits.over(session);
    return true;
  }

  /** As above, for what concerns all groups. */
  boolean isReady(Session session) {
    if (dispatcher.table().onlyOwner() != null || clock.nowNanos() - retryAtNanos < 0) {
      return true;
    }
    List<HostAndPort> servers = calls.groups().servers();
    if (servers.size() < 2 || servers.stream().allMatch(this::isSeen)) {
      return true;
    }
    session.stop(Stop.ELSEWHERE);
    waiting.add(() -> session.unstop(Stop.ELSEWHERE));
    if (!comparing) {
      comparing = true;
      compare(servers);
    }
    return false;
  }

  private boolean isSeen(HostAndPort server) {
    Seen last = seen.get(server);
    return last != null && last.backend() == dispatcher.server(server).lane(LANE) && last.isStill();
  }

  private void compare(List<HostAndPort> servers) {
    calls.ask(
        origin,
        LANE,
        Way.SHARED,
        servers,
        LIST,
        replies -> {
          List<@Nullable Set<String>> names = new ArrayList<>();
          Set<String> most = Set.of();
          HostAndPort fullest = servers.getFirst();
          for (int i = 0; i < servers.size(); i++) {
            Set<String> ofServer = names(replies.get(i));
            names.add(ofServer);
            if (ofServer != null && ofServer.size() > most.size()) {
              most = ofServer;
              fullest = servers.get(i);
            }
          }
          List<HostAndPort> answered = new ArrayList<>();
          List<HostAndPort> lacking = new ArrayList<>();
          for (int i = 0; i < servers.size(); i++) {
            Set<String> ofServer = names.get(i);
            if (ofServer != null) {
              (ofServer.containsAll(most) ? answered : lacking).add(servers.get(i));
            }
          }
          boolean all = answered.size() + lacking.size() == servers.size();
          if (lacking.isEmpty()) {
            onCompared(answered, all);
          } else {
            copy(fullest, lacking, answered, all);
          }
        });
  }

  /** The libraries of one server; null if it did not say. */
  static @Nullable Set<String> names(byte[] reply) {
    if (reply[0] != '*') {
      return null;
    }
    Set<String> names = new TreeSet<>();
    for (byte[] library : ReplyItems.of(reply)) {
      List<byte[]> fields = ReplyItems.of(library);
      for (int i = 0; i + 1 < fields.size(); i += 2) {
        if (ReplyItems.text(fields.get(i)).equals("library_name")) {
          names.add(ReplyItems.text(fields.get(i + 1)));
        }
      }
    }
    return names;
  }

  private void copy(
      HostAndPort from, List<HostAndPort> lacking, List<HostAndPort> answered, boolean all) {
    calls.ask(
        origin,
        LANE,
        Way.SHARED,
        List.of(from),
        DUMP,
        dumps -> {
          byte[] payload = ReplyItems.bulk(dumps.getFirst());
          if (payload == null) {
            onCompared(answered, false);
            return;
          }
          LOGGER.info("function libraries of {} are copied to {}, which lack some", from, lacking);
          calls.ask(
              origin,
              LANE,
              Way.SHARED,
              lacking,
              GroupCalls.frame(
                  List.of(word("FUNCTION"), word("RESTORE"), payload, word("REPLACE"))),
              replies -> {
                boolean done = true;
                for (int i = 0; i < lacking.size(); i++) {
                  if (replies.get(i)[0] == '+') {
                    answered.add(lacking.get(i));
                  } else {
                    done = false;
                    LOGGER.warn(
                        "function libraries could not be copied to {}: {}",
                        lacking.get(i),
                        new String(replies.get(i), StandardCharsets.UTF_8).strip());
                  }
                }
                onCompared(answered, all && done);
              });
        });
  }

  private static byte[] word(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void onCompared(List<HostAndPort> equal, boolean all) {
    Map<HostAndPort, Seen> now = new HashMap<>();
    for (HostAndPort server : equal) {
      Backend backend = dispatcher.server(server).lane(LANE);
      now.put(server, new Seen(backend, backend.connects()));
    }
    seen = now;
    // Also if a connection is lost again at once: one attempt, then what waits goes on.
    retryAtNanos = clock.nowNanos() + (all ? RETRY_NANOS / 100 : RETRY_NANOS);
    comparing = false;
    List<Runnable> woken = List.copyOf(waiting);
    waiting.clear();
    woken.forEach(Runnable::run);
  }
}
