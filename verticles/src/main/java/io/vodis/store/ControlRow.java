package io.vodis.store;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.vodis.model.MigrationControl;
import java.time.Duration;
import java.util.SortedSet;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** {@link MigrationControl} as stored: what was not said is left out. */
public final class ControlRow {

  private ControlRow() {}

  public static byte[] write(MigrationControl control) {
    ObjectNode json = CodisJson.object();
    json.put("paused", control.paused());
    ArrayNode slots = json.putArray("paused_slots");
    control.pausedSlots().forEach(slots::add);
    if (control.parallelSlots() != null) {
      json.put("parallel_slots", control.parallelSlots());
    }
    if (control.maxBlock() != null) {
      json.put("max_block_micros", control.maxBlock().toNanos() / 1000);
    }
    if (control.keysPerSecond() != null) {
      json.put("keys_per_second", control.keysPerSecond());
    }
    if (control.windows() != null) {
      json.put("windows", control.windows());
    }
    return CodisJson.write(json);
  }

  public static MigrationControl read(String path, byte[] content) {
    JsonNode json = CodisJson.read(path, content);
    SortedSet<Integer> slots = new TreeSet<>();
    json.path("paused_slots").forEach(slot -> slots.add(slot.asInt()));
    Integer micros = number(json, "max_block_micros");
    return new MigrationControl(
        json.path("paused").asBoolean(),
        slots,
        number(json, "parallel_slots"),
        micros == null ? null : Duration.ofNanos(micros * 1000L),
        number(json, "keys_per_second"),
        json.hasNonNull("windows") ? json.path("windows").asText() : null);
  }

  private static @Nullable Integer number(JsonNode json, String field) {
    return json.hasNonNull(field) ? Integer.valueOf(json.path(field).asInt()) : null;
  }
}
