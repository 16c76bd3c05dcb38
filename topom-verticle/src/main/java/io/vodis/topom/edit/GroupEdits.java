package io.vodis.topom.edit;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.Topology;
import io.vodis.store.StoreChange;
import io.vodis.topom.TopomException;
import io.vodis.topom.TopomException.Code;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Changes of groups and their servers. Each throws {@link TopomException} if it is not allowed. */
public final class GroupEdits {

  private GroupEdits() {}

  public static List<StoreChange> create(Topology topology, int groupId) {
    if (groupId < 1 || groupId > Group.GROUP_ID_MAX) {
      throw new TopomException(
          Code.INVALID, "invalid group id = " + groupId + ", expected 1 to " + Group.GROUP_ID_MAX);
    }
    if (topology.group(groupId).isPresent()) {
      throw new TopomException(Code.CONFLICT, "group " + groupId + " already exists");
    }
    return List.of(new StoreChange.PutGroup(Group.empty(groupId)));
  }

  public static List<StoreChange> remove(Topology topology, int groupId) {
    Group group = existing(topology, groupId);
    if (!group.servers().isEmpty()) {
      throw new TopomException(Code.CONFLICT, "group " + groupId + " still has servers");
    }
    if (isInUse(topology, groupId)) {
      throw new TopomException(Code.CONFLICT, "group " + groupId + " is still in use by slots");
    }
    return List.of(new StoreChange.RemoveGroup(groupId));
  }

  /** The first server becomes the primary, every other a replica. */
  public static List<StoreChange> addServer(
      Topology topology, int groupId, HostAndPort address, String datacenter) {
    Group group = steady(topology, groupId);
    Optional<Group> owner = topology.groupOf(address);
    if (owner.isPresent()) {
      throw new TopomException(
          Code.CONFLICT, address + " is already in group " + owner.get().groupId());
    }
    List<Server> servers = new ArrayList<>(group.servers());
    servers.add(new Server(address, datacenter, false));
    return List.of(new StoreChange.PutGroup(group.withServers(servers)));
  }

  public static List<StoreChange> removeServer(
      Topology topology, int groupId, HostAndPort address) {
    Group group = steady(topology, groupId);
    Server server =
        group
            .server(address)
            .orElseThrow(
                () -> new TopomException(Code.NOT_FOUND, address + " is not in group " + groupId));
    boolean primary = server.equals(group.servers().getFirst());
    if (primary && group.servers().size() > 1) {
      throw new TopomException(
          Code.CONFLICT, address + " is the primary of group " + groupId + "; promote another");
    }
    if (primary && isInUse(topology, groupId)) {
      throw new TopomException(
          Code.CONFLICT, address + " is the last server of a group that slots still use");
    }
    List<Server> servers = new ArrayList<>(group.servers());
    servers.remove(server);
    return List.of(new StoreChange.PutGroup(group.withServers(servers)));
  }

  /** The group, which must exist. */
  public static Group existing(Topology topology, int groupId) {
    return topology
        .group(groupId)
        .orElseThrow(
            () -> new TopomException(Code.NOT_FOUND, "group " + groupId + " does not exist"));
  }

  /** The group, which must exist and not be replacing its primary. */
  static Group steady(Topology topology, int groupId) {
    Group group = existing(topology, groupId);
    if (!group.promotion().equals(Promotion.NONE)) {
      throw new TopomException(Code.CONFLICT, "group " + groupId + " is promoting");
    }
    return group;
  }

  private static boolean isInUse(Topology topology, int groupId) {
    return topology.slots().stream().anyMatch(slot -> uses(slot, groupId));
  }

  private static boolean uses(SlotMapping slot, int groupId) {
    return slot.groupId() == groupId
        || slot.action() instanceof SlotAction.Moving moving && moving.targetGroupId() == groupId;
  }
}
