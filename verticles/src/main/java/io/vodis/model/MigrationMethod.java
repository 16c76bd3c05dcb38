package io.vodis.model;

import java.util.Locale;

/**
 * How keys of a slot get from one server to another. Chosen when the slot is opened on its target,
 * from what both servers can do, and the same for the sweep and all proxies until it is settled.
 */
public enum MigrationMethod {
  /** {@code MIGRATE}, of any Redis or Valkey server. */
  MIGRATE,

  /**
   * {@code MIGRATE} as a user of the target's that exists for the source alone. Before anybody
   * takes the source's place its permission is taken away, so that nothing that the source was told
   * before can be executed any more, however late it finds it.
   */
  REVOCABLE_MIGRATE,

  /**
   * {@code DUMP}, {@code RESTORE} and {@code UNLINK}, all given by the leading topom, which proxies
   * ask for the keys they need: for servers that forbid {@code MIGRATE}.
   */
  DUMP,

  /**
   * codis-server's {@code SLOTSMGRTONE}, for each key; for whole families of keys {@code
   * SLOTSMGRTTAGONE} and {@code SLOTSMGRTTAGSLOT}, where the target cannot have what counts.
   */
  SYNC,

  /**
   * codis-server's {@code SLOTSMGRTTAGSLOT-ASYNC}: large keys in chunks, and used on the source
   * through {@code SLOTSMGRT-EXEC-WRAPPER} as long as they are there.
   */
  SEMI_ASYNC;

  /** Whether it is for keys one by one, of servers that know nothing of slots. */
  public boolean isOfPlainServers() {
    return isByMigrate() || this == DUMP;
  }

  /** Whether the source is given {@code MIGRATE}. */
  public boolean isByMigrate() {
    return this == MIGRATE || this == REVOCABLE_MIGRATE;
  }

  /** As written in rows and configuration: {@code semi-async}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT).replace('_', '-');
  }

  /**
   * The method of that text.
   *
   * @throws IllegalArgumentException if there is none
   */
  public static MigrationMethod parse(String text) {
    return valueOf(text.toUpperCase(Locale.ROOT).replace('-', '_'));
  }
}
