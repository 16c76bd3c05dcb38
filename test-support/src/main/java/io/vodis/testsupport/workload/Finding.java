package io.vodis.testsupport.workload;

/** Something that must not be. */
public record Finding(Kind kind, int database, String key, String text) {

  /** What is wrong. */
  public enum Kind {
    /** An acknowledged write is not there. */
    LOST,
    /** A write is there more than once, or one that was undone has come back. */
    DUPLICATED,
    /** All is there, in the wrong order. */
    ORDER,
    /** The time to live is not what was set. */
    TTL,
    /** A reply that no correct server could have given. */
    WRONG_REPLY,
    /** The key is on a server that does not own its slot. */
    STRAY
  }

  @Override
  public String toString() {
    return kind
        + " "
        + key
        + " (db "
        + database
        + ", slot "
        + SlotOracle.slotOf(key)
        + "): "
        + text;
  }
}
