package io.vodis.ha.judge;

import io.vodis.model.HostAndPort;
import java.util.List;

/**
 * What a verdict rests on: it becomes the log line, the status page and the audit entry.
 *
 * @param silentMillis how long the primary has been silent for this member
 * @param error why the last probe failed
 * @param candidates replicas that can take over, in declared order
 */
public record Evidence(
    HostAndPort primary,
    long silentMillis,
    String error,
    Votes votes,
    int votesNeeded,
    List<HostAndPort> candidates) {

  public Evidence {
    candidates = List.copyOf(candidates);
  }

  @Override
  public String toString() {
    return primary
        + " silent for "
        + silentMillis
        + " ms ("
        + error
        + "), "
        + votes.agreeing().size()
        + " of "
        + votes.live().size()
        + " ha members agree, "
        + votesNeeded
        + " needed"
        + (candidates.isEmpty() ? "" : ", candidates " + candidates);
  }
}
