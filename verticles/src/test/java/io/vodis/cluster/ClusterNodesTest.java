package io.vodis.cluster;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.store.StoreException;
import io.vodis.store.StoreException.Reason;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;

class ClusterNodesTest {

  @Test
  void aStoreThatGoesAwayDuringTheStartIsWaitedFor() {
    AtomicInteger attempts = new AtomicInteger();
    String started =
        ClusterNodes.startWithStore(
            () -> {
              if (attempts.incrementAndGet() < 3) {
                throw new StoreException(Reason.UNAVAILABLE, "session expired");
              }
              return "started";
            });
    assertThat(started).isEqualTo("started");
    assertThat(attempts).hasValue(3);
  }

  @Test
  void whatNoWaitingMendsEndsTheStart() {
    assertThatThrownBy(
            () ->
                ClusterNodes.startWithStore(
                    () -> {
                      throw new StoreException(Reason.NOT_LEADER, "a Codis dashboard");
                    }))
        .isInstanceOf(StoreException.class);
  }
}
