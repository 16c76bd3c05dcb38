package io.vodis.proxy.control;

/** What a proxy does when the store has not answered for as long as its lease runs. */
public enum OnIsolation {
  /** It stops serving: others may go on without it. */
  FENCE,
  /** It goes on serving its last table, whatever the others do. */
  SERVE
}
