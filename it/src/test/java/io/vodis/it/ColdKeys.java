package io.vodis.it;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.workload.SlotOracle;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;

/**
 * Keys that no client asks for, so many in each of the first slots: only a sweep brings them over.
 * By them a test makes sure that a slow move is under way, and that no slot is at its end yet: what
 * a load alone leaves in the slots depends on the machine, and its clients bring it over by use.
 */
final class ColdKeys {

  private final List<String> keys = new ArrayList<>();

  private ColdKeys(int slots, int perSlot) {
    int[] counts = new int[slots];
    for (int i = 0; keys.size() < slots * perSlot; i++) {
      String key = "cold-" + i;
      int slotId = SlotOracle.slotOf(key);
      if (slotId < slots && counts[slotId] < perSlot) {
        counts[slotId]++;
        keys.add(key);
      }
    }
  }

  /** Written through a proxy, so many in each of the slots from 0 to {@code slots} - 1. */
  static ColdKeys write(HostAndPort proxy, int slots, int perSlot) {
    ColdKeys cold = new ColdKeys(slots, perSlot);
    try (RespClient client = RespClient.connect(proxy)) {
      List<String[]> sets = cold.keys.stream().map(key -> new String[] {"SET", key, key}).toList();
      assertThat(client.pipeline(sets)).containsOnly("OK");
    }
    return cold;
  }

  int count() {
    return keys.size();
  }

  /** How many a server has. */
  long on(RedisProcess server) {
    String[] exists = Stream.concat(Stream.of("EXISTS"), keys.stream()).toArray(String[]::new);
    return server.call(exists) instanceof Long count ? count : -1;
  }
}
