package io.vodis.proxy.scan;

import io.vodis.model.HostAndPort;

/** What has to be done for one SCAN of a client. */
public sealed interface ScanStep {

  /** Everything has been returned: the cursor is 0. */
  record Done() implements ScanStep {}

  /** The answer depends on where fenced slots go: try again with the next table. */
  record Wait() implements ScanStep {}

  /**
   * Ask that server with that cursor of its own.
   *
   * @param serverCursor unsigned
   */
  record Ask(ScanRound round, boolean second, int step, long serverCursor) implements ScanStep {

    /** Whom to ask. */
    public HostAndPort server() {
      return round.server(second, step);
    }
  }

  ScanStep DONE = new Done();
  ScanStep WAIT = new Wait();
}
