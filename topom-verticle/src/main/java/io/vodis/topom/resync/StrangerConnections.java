package io.vodis.topom.resync;

import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.redis.ClientList;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends, on a server, the connections of proxies that are no longer members and of topoms of earlier
 * terms: what they had sent and the network has delayed must not be executed after the decision
 * that passed them over.
 */
public final class StrangerConnections {

  private static final Logger LOGGER = LoggerFactory.getLogger(StrangerConnections.class);
  private static final String PROXY_PREFIX = "vodis:proxy:";
  private static final String TOPOM_PREFIX = "vodis:topom:";
  private static final String PULL = ":pull:";
  private static final String SWEEP = ":sweep";
  private static final String COPY = ":copy";
  private static final String DUMP = ":dump";

  private final RedisAdmin admin;
  private final Supplier<List<Member>> liveProxies;
  private final long term;

  public StrangerConnections(RedisAdmin admin, Supplier<List<Member>> liveProxies, long term) {
    this.admin = admin;
    this.liveProxies = liveProxies;
    this.term = term;
  }

  /** The CLIENT SETNAME name of a leader's connections. */
  public static String topomName(long term) {
    return TOPOM_PREFIX + term;
  }

  /** The name of those on which a leader gives MIGRATE. */
  public static String sweepName(long term) {
    return topomName(term) + SWEEP;
  }

  /** The name of those over which a leader copies a key that is moved alone. */
  public static String copyName(long term) {
    return topomName(term) + COPY;
  }

  /** The name of those over which a leader says who may restore keys. */
  public static String usersName(long term) {
    return topomName(term) + ":users";
  }

  /** What the names of those begin with over which a leader moves keys from server to server. */
  public static String dumpName(long term) {
    return topomName(term) + DUMP;
  }

  /**
   * Ends them and returns how many there were.
   *
   * <p>The connections are listed before the members: who had a connection then and is no member
   * after cannot be one that has just arrived.
   *
   * @param harmless incarnations of proxies that have acknowledged the fence, and so have nothing
   *     under way: they need not be looked up, which keeps the store out of the common case
   */
  public int end(HostAndPort server, Set<String> harmless, Duration timeout) {
    String list = Replies.text(admin.call(server, 0, timeout, Replies.command("CLIENT", "LIST")));
    List<ClientList.Client> suspects =
        ClientList.parse(list).stream()
            .filter(client -> isStranger(client.name(), harmless))
            .toList();
    if (suspects.isEmpty()) {
      return 0;
    }
    Set<String> live =
        liveProxies.get().stream().map(Member::incarnation).collect(Collectors.toSet());
    int ended = 0;
    for (ClientList.Client client : suspects) {
      if (isStranger(client.name(), live)) {
        LOGGER.info("{}: ends the connection of {}", server, client.name());
        String id = Long.toString(client.id());
        admin.call(server, 0, timeout, Replies.command("CLIENT", "KILL", "ID", id));
        ended++;
      }
    }
    return ended;
  }

  /**
   * Ends the connections over which keys are moved from a server, whoever has them: once it has
   * answered nothing that was sent over them is under way there, or will be.
   */
  public void endMoves(HostAndPort source, Duration timeout) {
    String list = Replies.text(admin.call(source, 0, timeout, Replies.command("CLIENT", "LIST")));
    for (ClientList.Client client : ClientList.parse(list)) {
      if (isMover(client.name())) {
        kill(source, client, timeout);
      }
    }
  }

  private void kill(HostAndPort server, ClientList.Client client, Duration timeout) {
    try {
      String id = Long.toString(client.id());
      admin.call(server, 0, timeout, Replies.command("CLIENT", "KILL", "ID", id));
    } catch (RedisAdminException e) {
      if (e.kind() != RedisAdminException.Kind.REFUSED) {
        throw e;
      }
      // "No such client": it has gone by itself.
    }
  }

  /** Of a proxy's loop, which pulls keys for its clients, or of a leader. */
  static boolean isMover(String name) {
    if (name.startsWith(PROXY_PREFIX)) {
      return name.contains(PULL);
    }
    return name.startsWith(TOPOM_PREFIX)
        && (name.contains(SWEEP) || name.contains(COPY) || name.contains(DUMP));
  }

  private boolean isStranger(String name, Set<String> known) {
    if (name.startsWith(PROXY_PREFIX)) {
      String rest = name.substring(PROXY_PREFIX.length());
      return known.stream().noneMatch(rest::startsWith);
    }
    return name.startsWith(TOPOM_PREFIX)
        && !name.equals(topomName(term))
        && !name.equals(sweepName(term))
        && !name.equals(copyName(term))
        && !name.equals(usersName(term))
        && !name.startsWith(dumpName(term));
  }
}
