package io.vodis.topom.census;

import io.vodis.model.HostAndPort;
import java.util.Arrays;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A key on a server that does not own its slot.
 *
 * @param server where it was found
 * @param owner the primary of the group that owns the slot; null if the slot is offline
 */
public record Stray(
    HostAndPort server, int database, int slotId, byte[] key, @Nullable HostAndPort owner) {

  /** The key as people can read it. */
  public String name() {
    return SlotTally.printable(key);
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Stray stray
        && server.equals(stray.server)
        && database == stray.database
        && Arrays.equals(key, stray.key)
        && Objects.equals(owner, stray.owner);
  }

  @Override
  public int hashCode() {
    return Objects.hash(server, database, Arrays.hashCode(key));
  }
}
