package io.vodis.topom.mover;

import io.vodis.lifecycle.Later;
import io.vodis.lifecycle.Threads;
import io.vodis.lifecycle.VodisException;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Server;
import io.vodis.model.Topology;
import io.vodis.redis.ClientList;
import io.vodis.redis.Credentials;
import io.vodis.redis.InfoField;
import io.vodis.redis.MoverUser;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.RedisSession;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.ServerStatus;
import io.vodis.topom.resync.StrangerConnections;
import io.vodis.topom.term.LeaderTopology;
import io.vodis.topom.term.Term;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.Lock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Says on each server which others may restore keys there ({@link MoverUser}), and takes it back
 * from one that is to be replaced. Whatever that one was told before, and finds when it goes on
 * after standing still, its target refuses.
 *
 * <p>Why no permission can be given back late: it is given over a connection that was there before
 * the store has confirmed the term, and is not opened again. A later leader ends such connections
 * before it says anything itself, and this one ends those of its own that have not answered.
 *
 * <p>Nobody may restore in the place of a server that has been replaced before its permission is
 * known to be gone: both are said at once, in this order. So a target that does not answer delays
 * the keys that move to it, and no failover.
 */
public final class MoverUsers implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(MoverUsers.class);

  /** While a group is fenced. */
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  /** While nobody waits: on a busy machine a connection over TLS may take its time. */
  private static final Duration PATIENT_TIMEOUT = Duration.ofSeconds(5);

  /** What is known of one server. */
  private static final class Place {
    private final Lock lock = Threads.current().newLock();

    /** What others may be under way with was ended, and nothing of this is. */
    private volatile boolean settled;

    /** It is being told, without anybody who waits for that. */
    private final AtomicBoolean kept = new AtomicBoolean();

    private volatile Grants applied = Grants.NONE;
    private volatile String runId = "";
  }

  private final Term term;
  private final LeaderTopology topology;
  private final RedisAdmin admin;
  private final ServerAccess access;
  private final StrangerConnections strangers;
  private final Map<HostAndPort, Place> places = new ConcurrentSkipListMap<>();

  /**
   * Of one term.
   *
   * @param admin with connections of the {@link StrangerConnections#usersName}, which are for this
   *     alone
   * @param access the password of a server is also that of these users there
   */
  public MoverUsers(
      Term term,
      LeaderTopology topology,
      RedisAdmin admin,
      ServerAccess access,
      StrangerConnections strangers) {
    this.term = term;
    this.topology = topology;
    this.admin = admin;
    this.access = access;
    this.strangers = strangers;
  }

  /**
   * Before slots are opened between two groups: their primaries may restore keys on each other.
   *
   * @return false if that cannot be said, or could not after a failover, as one of the servers
   *     knows no users or may not be told of any
   * @throws RedisAdminException if a primary does not answer
   */
  public boolean prepare(int sourceGroupId, int targetGroupId) {
    Topology now = topology.current();
    for (int groupId : new int[] {sourceGroupId, targetGroupId}) {
      Optional<Group> group = now.group(groupId);
      List<Server> servers = group.map(Group::servers).orElse(List.of());
      for (Server server : servers) {
        boolean isPrimary = now.primaryOf(groupId).equals(Optional.of(server.address()));
        if (!isGiven(server.address(), isPrimary)) {
          return false;
        }
      }
    }
    return true;
  }

  /** A replica that is away is believed to be as its primary. */
  private boolean isGiven(HostAndPort server, boolean isPrimary) {
    try {
      settle(server, PATIENT_TIMEOUT);
      return true;
    } catch (RedisAdminException e) {
      if (e.kind() == RedisAdminException.Kind.REFUSED) {
        LOGGER.info("who restores keys on {} cannot be told apart: {}", server, e.getMessage());
        return false;
      }
      if (isPrimary) {
        throw e;
      }
      return true;
    }
  }

  /**
   * To be called when the topology says that a primary is about to be replaced, has been, or stays:
   * at once, on those of these servers where it matters. What does not answer is tried again by
   * {@link #keep}.
   */
  public void settle(Collection<HostAndPort> servers) {
    Set<HostAndPort> wanted = new LinkedHashSet<>(servers);
    wanted.retainAll(Grants.places(topology.current()));
    List<Later<Boolean>> all = new ArrayList<>();
    for (HostAndPort server : wanted) {
      all.add(Later.by("topom-users " + server, () -> isSettled(server, TIMEOUT)));
    }
    all.forEach(Later::await);
  }

  /**
   * Once a second: sees to it that every server knows what holds, also one that was started anew
   * and has forgotten it. Does not block.
   *
   * @param answers what the servers have said last
   */
  public void keep(Map<HostAndPort, ServerStatus> answers) {
    Topology now = topology.current();
    Set<HostAndPort> wanted = new LinkedHashSet<>(Grants.places(now));
    places.forEach(
        (server, place) -> {
          if (!place.applied.granted().isEmpty()) {
            wanted.add(server);
          }
        });
    wanted.removeIf(server -> !answers.containsKey(server) || isKept(now, server, answers));
    wanted.forEach(this::keep);
  }

  private void keep(HostAndPort server) {
    Place place = place(server);
    if (place.kept.compareAndSet(false, true)) {
      var unused =
          Threads.current()
              .start(
                  "topom-users " + server,
                  () -> {
                    try {
                      var settled = isSettled(server, PATIENT_TIMEOUT);
                    } finally {
                      place.kept.set(false);
                    }
                  });
    }
  }

  private Place place(HostAndPort server) {
    return places.computeIfAbsent(server, address -> new Place());
  }

  private boolean isKept(Topology now, HostAndPort server, Map<HostAndPort, ServerStatus> answers) {
    Place place = places.get(server);
    ServerStatus status = answers.get(server);
    return place != null
        && status != null
        && place.settled
        && place.applied.equals(Grants.on(now, server))
        && place.runId.equals(status.runId());
  }

  private boolean isSettled(HostAndPort server, Duration timeout) {
    try {
      settle(server, timeout);
      return true;
    } catch (VodisException e) {
      LOGGER.warn("who may restore keys on {} is not said yet: {}", server, e.getMessage());
      return false;
    }
  }

  private void settle(HostAndPort server, Duration timeout) {
    Place place = place(server);
    place.lock.lock();
    try {
      if (!place.settled) {
        int ended = strangers.end(server, Set.of(), timeout);
        LOGGER.debug("{}: {} connections of others ended", server, ended);
      }
      try (RedisSession session = admin.open(server, 0, timeout)) {
        settle(server, place, session, timeout);
      }
    } finally {
      place.lock.unlock();
    }
  }

  private void settle(HostAndPort server, Place place, RedisSession session, Duration timeout) {
    if (!place.settled) {
      endOwn(session, timeout);
    }
    Set<HostAndPort> known = new LinkedHashSet<>();
    for (Reply user : Replies.items(session.call(timeout, Replies.command("ACL", "USERS")))) {
      String name = new String(Replies.bytes(user), StandardCharsets.UTF_8);
      MoverUser.sourceOf(name).ifPresent(known::add);
    }
    String info = Replies.text(session.call(timeout, Replies.command("INFO", "server")));
    term.confirm();
    Grants grants = Grants.on(topology.current(), server);
    boolean isNew = !place.applied.granted().equals(grants.granted());
    known.addAll(grants.revoked());
    known.removeAll(grants.granted());
    Credentials others = access.credentials(server);
    List<List<byte[]>> commands = new ArrayList<>();
    known.forEach(source -> commands.add(MoverUser.revoke(source, others)));
    grants.granted().forEach(source -> commands.add(MoverUser.grant(source, others)));
    place.settled = false;
    if (!commands.isEmpty()) {
      var unused = session.callAll(timeout, commands);
    }
    place.settled = true;
    place.applied = grants;
    place.runId = InfoField.text(info, "run_id");
    if (isNew) {
      LOGGER.info("{}: keys may be restored by {}", server, grants.granted());
    }
    if (isNew && !grants.granted().isEmpty()) {
      // So that it holds after a restart, too. One without a configuration file refuses.
      var unused = session.callEach(timeout, List.of(Replies.command("CONFIG", "REWRITE")));
    }
  }

  /** Connections by which this has tried to say something, and had no answer. */
  private void endOwn(RedisSession session, Duration timeout) {
    long own = Replies.number(session.call(timeout, Replies.command("CLIENT", "ID")), 0);
    String list = Replies.text(session.call(timeout, Replies.command("CLIENT", "LIST")));
    String name = StrangerConnections.usersName(term.number());
    for (ClientList.Client client : ClientList.parse(list)) {
      if (client.id() != own && client.name().equals(name)) {
        String id = Long.toString(client.id());
        var unused =
            session.callEach(timeout, List.of(Replies.command("CLIENT", "KILL", "ID", id)));
      }
    }
  }

  @Override
  public void close() {
    admin.close();
  }
}
