package io.vodis.proxy.dispatch;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.GivenUp;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.migrate.ServerCall;
import io.vodis.proxy.route.RouteTable;
import io.vodis.redis.ClientList;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Connections of this loop that were given up with requests unanswered. The client has been told
 * that its request may have been executed; but it may also be executed later, when the slot has
 * gone to another server, where it would bring a key back to life that has been moved. So no table
 * is confirmed that takes a slot away from a server before the server itself has closed its end of
 * such connections: each is looked for by its name, and killed.
 *
 * <p>Names are numbered. If there are more than can be remembered, every connection that the loop
 * has opened to that server so far is killed instead, and those in use are opened anew.
 *
 * <p>A server that has left the table is not asked, and nothing waits for it: what it executes does
 * not count. It may come back as a primary, while the network still has what was sent then; so its
 * names are kept until then, of a bounded number of servers.
 */
public final class LostConnections implements GivenUp {

  private static final Logger LOGGER = LoggerFactory.getLogger(LostConnections.class);
  private static final long RETRY_NANOS = 200_000_000;
  private static final int ABSENT_MAX = 1000;

  private record Wait(RouteTable before, BitSet changed, Runnable then) {}

  private final String suffix;
  private final CopyRun copies;
  private final Map<HostAndPort, LostNames> lost = new HashMap<>();

  /** The same of servers that are not in the table, the longest gone first. */
  private final Map<HostAndPort, LostNames> absent = new LinkedHashMap<>();

  /** What names begin with, before their numbers. */
  private final Set<String> beginnings = new HashSet<>();

  private final Set<HostAndPort> asked = new HashSet<>();
  private final Deque<Wait> waits = new ArrayDeque<>();
  private RouteTable table = RouteTable.NONE;
  private long names;
  private long lookNanos;

  /**
   * None is lost yet.
   *
   * @param suffix different in each loop of the process
   */
  public LostConnections(String suffix, CopyRun copies) {
    this.suffix = suffix;
    this.copies = copies;
  }

  @Override
  public String nextName(String prefix) {
    names++;
    String beginning = prefix + ":" + suffix;
    beginnings.add(beginning);
    return LostNames.name(beginning, names);
  }

  @Override
  public void onGivenUp(HostAndPort server, String name) {
    if (table.servers().contains(server)) {
      lost.computeIfAbsent(server, s -> new LostNames()).add(name, names);
    } else {
      LostNames gone = absent.getOrDefault(server, new LostNames());
      gone.add(name, names);
      leave(server, gone);
    }
    LOGGER.info("{}: {} was given up with requests unanswered", server, name);
  }

  /** This table is in force. What is under way to a server that it does not know does no harm. */
  void onTable(RouteTable next) {
    table = next;
    if (lost.isEmpty() && absent.isEmpty()) {
      return;
    }
    Set<HostAndPort> present = next.servers();
    for (HostAndPort server : List.copyOf(absent.keySet())) {
      if (present.contains(server)) {
        lost.put(server, Objects.requireNonNull(absent.remove(server)));
      }
    }
    for (HostAndPort server : List.copyOf(lost.keySet())) {
      if (!present.contains(server)) {
        leave(server, Objects.requireNonNull(lost.remove(server)));
      }
    }
    release();
  }

  private void leave(HostAndPort server, LostNames names) {
    absent.put(server, names);
    if (absent.size() > ABSENT_MAX) {
      absent.remove(absent.keySet().iterator().next());
    }
  }

  /**
   * Runs it when nothing is doubtful on the servers that these slots have left, and all that was
   * given before has run.
   */
  void whenSettled(RouteTable before, BitSet changed, Runnable then) {
    waits.addLast(new Wait(before, changed, then));
    release();
  }

  private void release() {
    for (Wait first = waits.peekFirst();
        first != null && !isDoubtful(first);
        first = waits.peekFirst()) {
      waits.removeFirst();
      first.then().run();
    }
  }

  private boolean isDoubtful(Wait wait) {
    if (lost.isEmpty()) {
      return false;
    }
    BitSet changed = wait.changed();
    for (int slot = changed.nextSetBit(0); slot >= 0; slot = changed.nextSetBit(slot + 1)) {
      HostAndPort executor = executor(wait.before().route(slot));
      if (executor != null && lost.containsKey(executor) && isLeft(executor, table.route(slot))) {
        return true;
      }
    }
    return false;
  }

  /** Where requests for the slot are, or have been, executed. */
  private static @Nullable HostAndPort executor(SlotRoute route) {
    return switch (route) {
      case SlotRoute.Serving serving -> serving.primary();
      case SlotRoute.Migrating migrating -> migrating.target();
      case SlotRoute.Fenced fenced -> fenced.owner();
      case SlotRoute.Offline offline -> null;
    };
  }

  /** Whether that server is not to execute anything more, and not given up for dead either. */
  private static boolean isLeft(HostAndPort server, SlotRoute now) {
    return switch (now) {
      case SlotRoute.Serving serving -> !serving.primary().equals(server);
      case SlotRoute.Fenced fenced -> !(fenced.breakInFlight() && fenced.owner().equals(server));
      case SlotRoute.Migrating migrating -> !migrating.target().equals(server);
      case SlotRoute.Offline offline -> true;
    };
  }

  /** Looks after those that are left, now and then. */
  void tick(long now, Function<HostAndPort, Backend> backends) {
    if (lost.isEmpty() || now - lookNanos < RETRY_NANOS) {
      return;
    }
    lookNanos = now;
    for (HostAndPort server : List.copyOf(lost.keySet())) {
      if (asked.add(server)) {
        look(server, backends.apply(server));
      }
    }
  }

  private void look(HostAndPort server, Backend backend) {
    BackendConnection connection = backend.acquireDedicated();
    if (connection == null) {
      asked.remove(server);
      return;
    }
    LostNames.Seen wanted = lost.getOrDefault(server, new LostNames()).seen(beginnings);
    ServerCall.send(
        connection,
        copies,
        words("CLIENT", "LIST"),
        reply -> {
          List<Long> ids = new ArrayList<>();
          for (ClientList.Client client : ClientList.parse(reply)) {
            if (wanted.covers(client.name())) {
              ids.add(client.id());
            }
          }
          Runnable settled = reply.startsWith("-") ? () -> {} : () -> settled(server, wanted);
          kill(server, backend, connection, ids, settled);
        },
        () -> asked.remove(server));
  }

  /** Kills them; the answer, be it an error, says that the connection is gone. */
  private void kill(
      HostAndPort server,
      Backend backend,
      BackendConnection connection,
      List<Long> ids,
      Runnable settled) {
    if (ids.isEmpty()) {
      backend.releaseDedicated(connection);
      asked.remove(server);
      settled.run();
      return;
    }
    ServerCall.send(
        connection,
        copies,
        words("CLIENT", "KILL", "ID", Long.toString(ids.getFirst())),
        reply -> kill(server, backend, connection, ids.subList(1, ids.size()), settled),
        () -> asked.remove(server));
  }

  private void settled(HostAndPort server, LostNames.Seen gone) {
    Optional.ofNullable(lost.get(server))
        .ifPresent(
            left -> {
              if (left.settle(gone)) {
                lost.remove(server);
                release();
              }
            });
  }

  private static List<byte[]> words(String... words) {
    List<byte[]> command = new ArrayList<>();
    for (String word : words) {
      command.add(word.getBytes(StandardCharsets.US_ASCII));
    }
    return command;
  }
}
