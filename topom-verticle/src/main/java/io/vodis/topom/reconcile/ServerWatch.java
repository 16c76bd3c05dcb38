package io.vodis.topom.reconcile;

import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Later;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Server;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.ServerStatus;
import io.vodis.topom.TopomView.ServerHealth;
import io.vodis.topom.promote.PrimaryData;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** What every server said last, and when. All servers are asked at the same time. */
final class ServerWatch {

  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** {@code status} is the last answer; {@code error} is why there was none the last time. */
  private record Observation(
      @Nullable ServerStatus status, @Nullable String error, long answeredNanos) {}

  private final RedisAdmin admin;
  private final Clock clock;
  private final long startNanos;
  private final Map<HostAndPort, Observation> observations = new ConcurrentHashMap<>();

  /** By group. */
  private volatile Map<Integer, PrimaryData> primaries = Map.of();

  ServerWatch(RedisAdmin admin, Clock clock) {
    this.admin = admin;
    this.clock = clock;
    this.startNanos = clock.nanoTime();
  }

  /** Asks all servers of the groups, and returns when each has answered or failed. */
  void look(Collection<Group> groups) {
    Map<HostAndPort, String> idsThen = ids();
    List<Later<Boolean>> looks = new ArrayList<>();
    Set<HostAndPort> known = ConcurrentHashMap.newKeySet();
    for (Group group : groups) {
      for (Server server : group.servers()) {
        known.add(server.address());
        looks.add(Later.by("topom-watch " + server.address(), () -> observe(server.address())));
      }
    }
    looks.forEach(Later::await);
    observations.keySet().retainAll(known);
    learn(groups, idsThen);
  }

  private void learn(Collection<Group> groups, Map<HostAndPort, String> idsThen) {
    Map<HostAndPort, ServerStatus> answers = answering();
    Map<Integer, PrimaryData> learned = new HashMap<>();
    for (Group group : groups) {
      List<ServerStatus> ofGroup =
          group.servers().stream()
              .map(server -> answers.get(server.address()))
              .filter(Objects::nonNull)
              .toList();
      group
          .primary()
          .map(Server::address)
          .map(primary -> before(group.groupId(), primary, idsThen))
          .ifPresent(before -> learned.put(group.groupId(), before.after(ofGroup)));
    }
    primaries = Map.copyOf(learned);
  }

  private PrimaryData before(int groupId, HostAndPort primary, Map<HostAndPort, String> idsThen) {
    PrimaryData before = primaries.get(groupId);
    if (before == null) {
      return PrimaryData.unknown(primary);
    }
    return before.primary().equals(primary) ? before : PrimaryData.succeeding(primary, idsThen);
  }

  private Map<HostAndPort, String> ids() {
    Map<HostAndPort, String> ids = new HashMap<>();
    observations.forEach(
        (server, observation) -> {
          if (observation.status() != null) {
            ids.put(server, observation.status().replicationId());
          }
        });
    return ids;
  }

  /** The servers that answered the last time. */
  Map<HostAndPort, ServerStatus> answering() {
    Map<HostAndPort, ServerStatus> statuses = new HashMap<>();
    observations.forEach(
        (server, observation) -> {
          ServerStatus status = observation.status();
          if (status != null && observation.error() == null) {
            statuses.put(server, status);
          }
        });
    return statuses;
  }

  /** What is known of the data of a declared primary, since it has been one. */
  PrimaryData dataOf(HostAndPort primary) {
    return primaries.values().stream()
        .filter(known -> known.primary().equals(primary))
        .findFirst()
        .orElseGet(() -> PrimaryData.unknown(primary));
  }

  Map<HostAndPort, ServerHealth> health() {
    long now = clock.nanoTime();
    return observations.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry ->
                    new ServerHealth(
                        entry.getValue().status(),
                        entry.getValue().error(),
                        (now - entry.getValue().answeredNanos()) / 1_000_000)));
  }

  /** Returns whether it has answered. */
  private boolean observe(HostAndPort server) {
    try {
      ServerStatus status = admin.status(server, TIMEOUT);
      observations.put(server, new Observation(status, null, clock.nanoTime()));
      return true;
    } catch (RedisAdminException e) {
      String error = String.valueOf(e.getMessage());
      observations.merge(
          server,
          new Observation(null, error, startNanos),
          (before, now) -> new Observation(before.status(), error, before.answeredNanos()));
      return false;
    }
  }
}
