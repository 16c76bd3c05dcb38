package io.vodis.ha.judge;

import java.time.Duration;

/**
 * When a primary counts as down, and when nobody is to act.
 *
 * @param enabled whether to ask for failovers at all
 * @param quorum members that must agree; 0 means a majority of the live ones
 * @param freezePercent if more than this share of all servers fail at once, the fault is more
 *     likely with the network or with this member
 */
public record FailoverPolicy(
    boolean enabled, Duration downAfter, Duration probeInterval, int quorum, int freezePercent) {

  int votesNeeded(int liveMembers) {
    return quorum > 0 ? quorum : liveMembers / 2 + 1;
  }
}
