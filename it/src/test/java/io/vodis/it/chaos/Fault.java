package io.vodis.it.chaos;

import java.time.Duration;

/**
 * Something that breaks, and how it is mended.
 *
 * @param kind for figures, such as {@code kill -9 of a proxy}
 * @param what its address
 * @param subject two faults of one subject do not happen at once
 * @param hitsServer whether it hits a server, and not a member
 * @param hitsPrimary whether a primary may be replaced for it
 * @param longest how long it may last
 */
record Fault(
    String kind,
    String what,
    Object subject,
    boolean hitsServer,
    boolean hitsPrimary,
    Duration longest,
    Runnable begin,
    Runnable heal) {

  @Override
  public String toString() {
    return kind + " " + what;
  }
}
