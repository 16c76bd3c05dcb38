package io.vodis.model;

import java.util.List;
import java.util.Optional;

/**
 * The servers that hold the same slots: one primary and its replicas. In the Codis form the primary
 * is the first of the list; use {@link #primary()} rather than the position.
 *
 * @param groupId 1 to 9999
 */
public record Group(int groupId, List<Server> servers, Promotion promotion) {

  public static final int GROUP_ID_MAX = 9999;

  public Group {
    if (groupId < 1 || groupId > GROUP_ID_MAX) {
      throw new IllegalArgumentException("invalid group id = " + groupId + ", out of range");
    }
    servers = List.copyOf(servers);
  }

  public static Group empty(int groupId) {
    return new Group(groupId, List.of(), Promotion.NONE);
  }

  public Optional<Server> primary() {
    return servers.isEmpty() ? Optional.empty() : Optional.of(servers.getFirst());
  }

  public List<Server> replicas() {
    return servers.isEmpty() ? List.of() : servers.subList(1, servers.size());
  }

  public Optional<Server> server(HostAndPort address) {
    return servers.stream().filter(s -> s.address().equals(address)).findFirst();
  }

  public Group withServers(List<Server> next) {
    return new Group(groupId, next, promotion);
  }

  public Group withPromotion(Promotion next) {
    return new Group(groupId, servers, next);
  }
}
