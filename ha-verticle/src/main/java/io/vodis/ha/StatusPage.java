package io.vodis.ha;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vodis.ha.judge.FailoverVerdict;
import io.vodis.ha.judge.ServerHealth;
import io.vodis.model.Group;
import io.vodis.model.Member;
import io.vodis.model.Server;
import io.vodis.redis.ServerStatus;
import java.time.Instant;
import java.util.Optional;

/** The member's knowledge as JSON: who is how, what follows from it, and what it rests on. */
final class StatusPage {

  private StatusPage() {}

  static JsonObject of(Member self, Snapshot snapshot, Optional<String> cutOff) {
    JsonArray groups = new JsonArray();
    for (Group group : snapshot.topology().groups().values()) {
      groups.add(group(group, snapshot));
    }
    JsonArray recent = new JsonArray();
    for (Snapshot.Change change : snapshot.recent()) {
      recent.add(verdict(change.verdict(), change.at()).put("group", change.groupId()));
    }
    return new JsonObject()
        .put("role", self.role().id())
        .put("token", self.token())
        .put("incarnation", self.incarnation())
        .put("started", self.startTime())
        .put("product", snapshot.topology().product())
        .put("epoch", snapshot.topology().epoch())
        .put("cut_off", cutOff.orElse(null))
        .put("groups", groups)
        .put("recent", recent);
  }

  private static JsonObject group(Group group, Snapshot snapshot) {
    JsonObject page = new JsonObject().put("group", group.groupId());
    GroupState state = snapshot.groups().get(group.groupId());
    if (state != null) {
      page.mergeIn(verdict(state.verdict(), state.since())).put("requests", state.requests());
    }
    JsonArray servers = new JsonArray();
    for (Server server : group.servers()) {
      servers.add(server(server, group, snapshot));
    }
    return page.put("servers", servers);
  }

  private static JsonObject verdict(FailoverVerdict verdict, Instant since) {
    return new JsonObject()
        .put("verdict", verdict.id())
        .put("since", since.toString())
        .put("evidence", verdict.text());
  }

  private static JsonObject server(Server server, Group group, Snapshot snapshot) {
    boolean declaredPrimary = group.primary().filter(server::equals).isPresent();
    JsonObject page =
        new JsonObject()
            .put("server", server.address().toString())
            .put("declared", declaredPrimary ? "primary" : "replica");
    Optional<ServerHealth> known = snapshot.health().of(server.address());
    if (known.isEmpty()) {
      return page.put("state", "unknown");
    }
    ServerHealth health = known.get();
    page.put("state", state(health, snapshot))
        .put("silent_millis", health.silence().toMillis())
        .put("error", health.last().detail());
    ServerStatus status = health.last().status();
    if (status != null) {
      page.put("actual", status.primary() ? "primary" : "replica")
          .put("version", status.version())
          .put("offset", status.offset())
          .put("link_up", status.linkUp())
          .put("priority", status.priority())
          .put("memory_used_bytes", status.usedMemoryBytes())
          .put("keys", status.keys());
    }
    return page;
  }

  private static String state(ServerHealth health, Snapshot snapshot) {
    if (snapshot.health().suspected(health.server())) {
      return "suspected";
    } else if (health.failing()) {
      return "failing";
    }
    return switch (health.last().outcome()) {
      case LOADING -> "loading";
      case REFUSED -> "refused";
      default -> "healthy";
    };
  }
}
