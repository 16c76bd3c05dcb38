package io.vodis.ha;

import io.vodis.ha.judge.FailoverVerdict;
import java.time.Instant;

/**
 * Where one group stands.
 *
 * @param since when the verdict became of this kind
 * @param requests failover requests sent about its present primary
 */
record GroupState(FailoverVerdict verdict, Instant since, int requests) {

  boolean sameKind(FailoverVerdict other) {
    return verdict.id().equals(other.id());
  }
}
