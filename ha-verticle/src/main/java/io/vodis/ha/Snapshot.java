package io.vodis.ha;

import io.vodis.ha.judge.FailoverVerdict;
import io.vodis.ha.judge.FailureDetector;
import io.vodis.model.Topology;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Everything this member knew after one round of probes; shared by reference.
 *
 * @param doneNanos monotonic time at which the round ended
 * @param groups by group id
 * @param recent the latest changes of verdicts, oldest first
 */
record Snapshot(
    Topology topology,
    FailureDetector health,
    Map<Integer, GroupState> groups,
    List<Change> recent,
    long doneNanos) {

  /** A verdict that replaced one of another kind. */
  record Change(Instant at, int groupId, FailoverVerdict verdict) {}

  Snapshot {
    groups = Collections.unmodifiableMap(new TreeMap<>(groups));
    recent = List.copyOf(recent);
  }
}
