package io.vodis.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Members and the leader in our own form, and the same as Codis's tools want to see them: a proxy
 * as an entry of the proxy list, the leader as the dashboard.
 */
public final class MemberRows {

  /** Says that a topom entry is ours, and not the lock of a Codis dashboard. */
  private static final String VODIS_MARK = "vodis";

  private MemberRows() {}

  public static byte[] write(Member member) {
    return CodisJson.write(toJson(member));
  }

  public static Member read(String path, byte[] content) {
    return fromJson(path, CodisJson.read(path, content));
  }

  public static byte[] writeLeader(Member member, long term) {
    ObjectNode json = CodisJson.object();
    json.put("term", term);
    json.set("member", toJson(member));
    return CodisJson.write(json);
  }

  /**
   * Reads the leader entry.
   *
   * @param fence put into the result
   */
  public static Leadership readLeader(String path, byte[] content, Object fence) {
    JsonNode json = CodisJson.read(path, content);
    return new Leadership(fromJson(path, json.path("member")), json.path("term").asLong(), fence);
  }

  /** The proxy as Codis lists it; {@code id} is its number in that list. */
  public static byte[] writeCodisProxy(Member proxy, String product, int id) {
    ObjectNode json = CodisJson.object();
    json.put("id", id);
    json.put("token", proxy.token());
    json.put("start_time", proxy.startTime());
    json.put("admin_addr", proxy.adminAddress().toString());
    json.put("proto_type", "tcp4");
    json.put("proxy_addr", proxy.serviceAddress().toString());
    json.put("product_name", product);
    json.put("pid", proxy.pid());
    json.put("pwd", System.getProperty("user.dir", ""));
    json.put("sys", system());
    json.put("hostname", hostname(proxy));
    json.put("datacenter", proxy.datacenter());
    return CodisJson.write(json);
  }

  public static int readCodisProxyId(String path, byte[] content) {
    return CodisJson.read(path, content).path("id").asInt();
  }

  /** The leader as Codis lists its dashboard. */
  public static byte[] writeCodisTopom(Member leader, String product) {
    ObjectNode json = CodisJson.object();
    json.put("token", leader.token());
    json.put("start_time", leader.startTime());
    json.put("admin_addr", leader.serviceAddress().toString());
    json.put("product_name", product);
    json.put("pid", leader.pid());
    json.put("pwd", System.getProperty("user.dir", ""));
    json.put("sys", system());
    json.put(VODIS_MARK, true);
    return CodisJson.write(json);
  }

  /**
   * Refuses to go on beside a Codis dashboard.
   *
   * @throws StoreException {@code NOT_LEADER} if the entry was not written by Vodis
   */
  public static void requireVodisTopom(String path, byte[] content) {
    JsonNode json = CodisJson.read(path, content);
    if (!json.path(VODIS_MARK).asBoolean()) {
      throw new StoreException(
          StoreException.Reason.NOT_LEADER,
          "a Codis dashboard at "
              + json.path("admin_addr").asText("an unknown address")
              + " holds the product: stop it; if it is stopped and "
              + path
              + " is still in the store, remove that node (codis-admin --remove-lock, or delete it"
              + " with the store's own client)");
    }
  }

  /** A proxy and those who may vouch for it. */
  public static byte[] writeWitnesses(Witnesses witnesses) {
    ObjectNode json = CodisJson.object();
    json.set("proxy", toJson(witnesses.proxy()));
    json.put("round", witnesses.round());
    ArrayNode members = json.putArray("members");
    witnesses.members().forEach(member -> members.add(toJson(member)));
    return CodisJson.write(json);
  }

  public static Witnesses readWitnesses(String path, byte[] content) {
    JsonNode json = CodisJson.read(path, content);
    List<Member> members = new ArrayList<>();
    json.path("members").forEach(member -> members.add(fromJson(path, member)));
    return new Witnesses(fromJson(path, json.path("proxy")), json.path("round").asLong(), members);
  }

  private static ObjectNode toJson(Member member) {
    ObjectNode json = CodisJson.object();
    json.put("role", member.role().id());
    json.put("token", member.token());
    json.put("incarnation", member.incarnation());
    json.put("service_addr", member.serviceAddress().toString());
    json.put("admin_addr", member.adminAddress().toString());
    json.put("datacenter", member.datacenter());
    json.put("pid", member.pid());
    json.put("start_time", member.startTime());
    return json;
  }

  private static Member fromJson(String path, JsonNode json) {
    try {
      return new Member(
          Role.valueOf(json.path("role").asText().toUpperCase(Locale.ROOT)),
          json.path("token").asText(),
          json.path("incarnation").asText(),
          HostAndPort.parse(json.path("service_addr").asText()),
          HostAndPort.parse(json.path("admin_addr").asText()),
          json.path("datacenter").asText(),
          json.path("pid").asLong(),
          json.path("start_time").asText());
    } catch (IllegalArgumentException e) {
      throw CodisJson.corrupt(path, e.getMessage(), e);
    }
  }

  private static String system() {
    return System.getProperty("os.name")
        + " "
        + System.getProperty("os.version")
        + " "
        + System.getProperty("os.arch");
  }

  private static String hostname(Member member) {
    try {
      return InetAddress.getLocalHost().getHostName();
    } catch (UnknownHostException e) {
      return member.serviceAddress().host();
    }
  }
}
