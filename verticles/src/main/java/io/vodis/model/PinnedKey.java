package io.vodis.model;

import java.util.Base64;

/**
 * A key too big for one MIGRATE. Proxies leave it on the source of its migrating slot until it has
 * been moved alone, so that at any time it is served by exactly one server.
 *
 * <p>A phase in the store says what proxies may be doing; the next one begins when all have
 * acknowledged it:
 *
 * <pre>
 * served ──► copying ──────► fenced ───────────────► (not pinned any more)
 *            writes wait,    nobody uses it; the     the key is on the target, as any other
 *            it is copied    copy takes its place
 * </pre>
 *
 * <p>From {@code copying} and {@code fenced} it may go back to {@code served} as long as the source
 * has the key: until it has been deleted there, the source's copy is the one that counts.
 *
 * @param name its bytes in Base64
 */
public record PinnedKey(int database, String name, Phase phase) {

  /** Who may use the key on the source meanwhile; on the target nobody may. */
  public enum Phase {
    /** Every request runs on the source. */
    SERVED,
    /** Reads run on the source, everything else waits. */
    COPYING,
    /** Everything waits. */
    FENCED
  }

  /** A key that has just been found. */
  public static PinnedKey served(int database, byte[] name) {
    return new PinnedKey(database, Base64.getEncoder().encodeToString(name), Phase.SERVED);
  }

  public PinnedKey {
    Base64.getDecoder().decode(name);
  }

  public byte[] bytes() {
    return Base64.getDecoder().decode(name);
  }

  /** The same key in another phase. */
  public PinnedKey in(Phase next) {
    return new PinnedKey(database, name, next);
  }

  /** Whether both are about the same key, in whatever phases. */
  public boolean isSameKeyAs(PinnedKey other) {
    return database == other.database && name.equals(other.name);
  }
}
