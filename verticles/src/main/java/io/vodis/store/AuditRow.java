package io.vodis.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vodis.model.AuditEntry;
import java.time.DateTimeException;
import java.time.Instant;

/** {@link AuditEntry} as stored; its epoch is the name of its node. */
public final class AuditRow {

  private AuditRow() {}

  public static byte[] write(AuditEntry entry) {
    ObjectNode json = CodisJson.object();
    json.put("at", entry.at().toString());
    json.put("actor", entry.actor());
    json.put("origin", entry.origin());
    json.put("action", entry.action());
    json.put("plan", entry.plan());
    json.put("result", entry.result());
    return CodisJson.write(json);
  }

  public static AuditEntry read(String path, long epoch, byte[] content) {
    JsonNode json = CodisJson.read(path, content);
    try {
      return new AuditEntry(
          epoch,
          Instant.parse(json.path("at").asText()),
          json.path("actor").asText(),
          json.path("origin").asText(),
          json.path("action").asText(),
          json.path("plan").asText(),
          json.path("result").asText());
    } catch (DateTimeException e) {
      throw CodisJson.corrupt(path, e.getMessage(), e);
    }
  }
}
