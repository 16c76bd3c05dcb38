package io.vodis.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.PinnedKey;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The rows of slots and groups in the form of Codis: names and order of fields as Codis writes
 * them, zero numbers and empty texts of actions left out. Of a server's own action and of {@code
 * out_of_sync} Vodis makes no use; they are read over and written idle. {@code planned} in a
 * promotion is ours, and absent when false; so are {@code cancelled}, {@code returning}, {@code
 * pinned} and {@code method} in an action. A tool that ignores them sees an ordinary migration in
 * the direction the keys go.
 */
public final class TopologyRows {

  private static final String CANCELLED = "cancelled";
  private static final String RETURNING = "returning";
  private static final String PINNED = "pinned";
  private static final String METHOD = "method";
  private static final String PROOF = "proof";

  private TopologyRows() {}

  public static byte[] write(SlotMapping slot) {
    ObjectNode json = CodisJson.object();
    json.put("id", slot.slotId());
    json.put("group_id", slot.groupId());
    ObjectNode action = json.putObject("action");
    switch (slot.action()) {
      case SlotAction.Idle idle -> {}
      case SlotAction.Pending a -> putAction(action, a, "pending");
      case SlotAction.Preparing a -> putAction(action, a, "preparing");
      case SlotAction.Prepared a -> putAction(action, a, "prepared");
      case SlotAction.Migrating a -> putAction(action, a, "migrating");
      case SlotAction.Turning a -> {
        putAction(action, a, "migrating");
        action.put(CANCELLED, true);
      }
      case SlotAction.Finished a -> putAction(action, a, "finished");
    }
    return CodisJson.write(json);
  }

  private static void putAction(ObjectNode json, SlotAction.Moving action, String state) {
    putUnlessZero(json, "index", action.index());
    json.put("state", state);
    putUnlessZero(json, "target_id", action.targetGroupId());
    if (action.returning()) {
      json.put(RETURNING, true);
    }
    if (action.method() != MigrationMethod.MIGRATE) {
      json.put(METHOD, action.method().text());
    }
    if (action.proof() != 0) {
      json.put(PROOF, action.proof());
    }
    if (!action.pinned().isEmpty()) {
      ArrayNode pinned = json.putArray(PINNED);
      for (PinnedKey key : action.pinned()) {
        ObjectNode row = pinned.addObject();
        row.put("db", key.database());
        row.put("key", key.name());
        row.put("phase", key.phase().name().toLowerCase(Locale.ROOT));
      }
    }
  }

  public static SlotMapping readSlot(String path, int slotId, byte[] content) {
    JsonNode json = CodisJson.read(path, content);
    if (json.path("id").asInt() != slotId) {
      throw CodisJson.corrupt(path, "id " + json.path("id") + " does not fit the path", null);
    }
    try {
      return new SlotMapping(
          slotId, json.path("group_id").asInt(), readAction(path, json.path("action")));
    } catch (IllegalArgumentException e) {
      throw CodisJson.corrupt(path, e.getMessage(), e);
    }
  }

  private static SlotAction readAction(String path, JsonNode json) {
    int index = json.path("index").asInt();
    int target = json.path("target_id").asInt();
    String state = json.path("state").asText();
    boolean returning = json.path(RETURNING).asBoolean();
    long proof = json.path(PROOF).asLong();
    return switch (state) {
      case "" -> SlotAction.IDLE;
      case "pending" -> new SlotAction.Pending(index, target);
      case "preparing" ->
          new SlotAction.Preparing(
              index, target, returning, readPinned(json), readMethod(json), proof);
      case "prepared" ->
          new SlotAction.Prepared(
              index, target, returning, readPinned(json), readMethod(json), proof);
      case "migrating" ->
          json.path(CANCELLED).asBoolean()
              ? new SlotAction.Turning(index, target, readPinned(json), readMethod(json), proof)
              : new SlotAction.Migrating(
                  index, target, returning, readPinned(json), readMethod(json), proof);
      case "finished" -> new SlotAction.Finished(index, target, returning);
      default -> throw CodisJson.corrupt(path, "unknown action state '" + state + "'", null);
    };
  }

  private static MigrationMethod readMethod(JsonNode action) {
    return MigrationMethod.parse(action.path(METHOD).asText(MigrationMethod.MIGRATE.text()));
  }

  private static List<PinnedKey> readPinned(JsonNode action) {
    List<PinnedKey> pinned = new ArrayList<>();
    for (JsonNode row : action.path(PINNED)) {
      pinned.add(
          new PinnedKey(
              row.path("db").asInt(),
              row.path("key").asText(),
              PinnedKey.Phase.valueOf(row.path("phase").asText().toUpperCase(Locale.ROOT))));
    }
    return pinned;
  }

  public static byte[] write(Group group) {
    ObjectNode json = CodisJson.object();
    json.put("id", group.groupId());
    ArrayNode servers = json.putArray("servers");
    for (Server server : group.servers()) {
      ObjectNode row = servers.addObject();
      row.put("server", server.address().toString());
      row.put("datacenter", server.datacenter());
      row.putObject("action");
      row.put("replica_group", server.replicaGroup());
    }
    ObjectNode promoting = json.putObject("promoting");
    switch (group.promotion()) {
      case Promotion.None none -> {}
      case Promotion.Preparing p ->
          putPromotion(promoting, group, p.candidate(), "preparing", p.planned());
      case Promotion.Prepared p ->
          putPromotion(promoting, group, p.candidate(), "prepared", p.planned());
      case Promotion.Finished p -> putPromotion(promoting, group, p.candidate(), "finished", false);
    }
    json.put("out_of_sync", false);
    return CodisJson.write(json);
  }

  private static void putPromotion(
      ObjectNode json, Group group, HostAndPort candidate, String state, boolean planned) {
    int index = group.servers().stream().map(Server::address).toList().indexOf(candidate);
    if (index < 0) {
      throw new IllegalArgumentException(
          "group " + group.groupId() + " is promoting " + candidate + ", which it does not have");
    }
    putUnlessZero(json, "index", index);
    json.put("state", state);
    if (planned) {
      json.put("planned", true);
    }
  }

  public static Group readGroup(String path, int groupId, byte[] content) {
    JsonNode json = CodisJson.read(path, content);
    if (json.path("id").asInt() != groupId) {
      throw CodisJson.corrupt(path, "id " + json.path("id") + " does not fit the path", null);
    }
    try {
      List<Server> servers = new ArrayList<>();
      for (JsonNode row : json.path("servers")) {
        servers.add(
            new Server(
                HostAndPort.parse(row.path("server").asText()),
                row.path("datacenter").asText(),
                row.path("replica_group").asBoolean()));
      }
      return new Group(groupId, servers, readPromotion(path, json.path("promoting"), servers));
    } catch (IllegalArgumentException e) {
      throw CodisJson.corrupt(path, e.getMessage(), e);
    }
  }

  private static Promotion readPromotion(String path, JsonNode json, List<Server> servers) {
    String state = json.path("state").asText();
    if (state.isEmpty()) {
      return Promotion.NONE;
    }
    int index = json.path("index").asInt();
    if (index < 0 || index >= servers.size()) {
      throw CodisJson.corrupt(path, "promoting index " + index + " is no server", null);
    }
    HostAndPort candidate = servers.get(index).address();
    boolean planned = json.path("planned").asBoolean();
    return switch (state) {
      case "preparing" -> new Promotion.Preparing(candidate, planned);
      case "prepared" -> new Promotion.Prepared(candidate, planned);
      case "finished" -> new Promotion.Finished(candidate);
      default -> throw CodisJson.corrupt(path, "unknown promoting state '" + state + "'", null);
    };
  }

  private static void putUnlessZero(ObjectNode json, String key, int value) {
    if (value != 0) {
      json.put(key, value);
    }
  }
}
