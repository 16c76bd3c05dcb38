package io.vodis.topom.sweep;

/** Which servers' keys are moved through topom. */
public enum ThroughTopom {
  /** Those of servers that forbid MIGRATE. */
  AUTO,
  /** All. */
  ALWAYS
}
