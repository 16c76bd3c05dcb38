package io.vodis.it.simulation;

import io.vodis.model.HostAndPort;
import io.vodis.redis.MoverUser;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * The users of a server, as far as moves need them: who may restore keys. The default user, which
 * needs no password, may do everything.
 */
final class SimUsers {

  /** What a server knows of users. */
  enum Kind {
    /** As Redis 6 and later. */
    KNOWN,
    /** As before. */
    UNKNOWN,
    /** Whoever signs in may not make any. */
    REFUSED
  }

  private static final String DEFAULT = "default";

  private final Kind kind;
  private final boolean keepsPermissions;
  private Map<String, Boolean> mayRestore = new TreeMap<>();

  /** As they are in the configuration file. */
  private Map<String, Boolean> written = new TreeMap<>();

  /** {@code keepsPermissions} breaks {@link Rule#PERMISSIONS_ARE_TAKEN_BACK}. */
  SimUsers(Kind kind, boolean keepsPermissions) {
    this.kind = kind;
    this.keepsPermissions = keepsPermissions;
  }

  /** {@code ACL …}. */
  Object acl(List<String> call) {
    return switch (kind) {
      case UNKNOWN -> new SimReply.Failure("ERR unknown command 'ACL'");
      case REFUSED -> new SimReply.Failure("NOPERM this user may not run ACL");
      case KNOWN ->
          switch (call.get(1).toUpperCase(Locale.ROOT)) {
            case "USERS" -> names();
            case "SETUSER" -> {
              boolean grants = call.contains("+restore");
              if (grants || !keepsPermissions) {
                mayRestore.put(call.get(2), grants);
              }
              yield SimReply.OK;
            }
            default -> new SimReply.Failure("ERR unknown subcommand");
          };
    };
  }

  private List<Object> names() {
    List<Object> names = new ArrayList<>(List.of(DEFAULT));
    names.addAll(mayRestore.keySet());
    return names;
  }

  /** {@code COMMAND INFO …}: of all that the product asks for this is the only one there is. */
  Object describe(List<String> call) {
    List<Object> described = new ArrayList<>();
    for (String name : call.subList(2, call.size())) {
      boolean known = kind != Kind.UNKNOWN && name.equals("ACL");
      described.add(known ? List.of("acl") : SimReply.NONE);
    }
    return described;
  }

  /** {@code AUTH user password}; whoever is unknown stays who he was. */
  Object signIn(SimConnection connection, List<String> call) {
    if (call.size() < 3 || !mayRestore.containsKey(call.get(1))) {
      return new SimReply.Failure("WRONGPASS invalid username-password pair or user is disabled.");
    }
    connection.user = call.get(1);
    return SimReply.OK;
  }

  /** Whether what has signed in so may restore keys; empty is the default user. */
  boolean mayRestore(String user) {
    return user.isEmpty() || mayRestore.getOrDefault(user, false);
  }

  /** Whether a server has permission of its own. */
  boolean isGranted(HostAndPort source) {
    return mayRestore.getOrDefault(MoverUser.name(source), false);
  }

  /** {@code CONFIG REWRITE}. */
  void write() {
    written = new TreeMap<>(mayRestore);
  }

  /** The server is started anew. */
  void read() {
    mayRestore = new TreeMap<>(written);
  }
}
