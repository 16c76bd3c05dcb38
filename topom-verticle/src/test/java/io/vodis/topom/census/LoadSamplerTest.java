package io.vodis.topom.census;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.Future;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.topom.TopomException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LoadSamplerTest {

  private static List<Long> counts(int slotId, long requests) {
    List<Long> counts = new ArrayList<>(Collections.nCopies(1024, 0L));
    counts.set(slotId, requests);
    return counts;
  }

  @Test
  void addsUpWhatAllProxiesHaveCountedInBetween() {
    long[] requests =
        LoadSampler.difference(
            Map.of("a", counts(5, 100), "b", counts(5, 7)),
            Map.of("a", counts(5, 130), "b", counts(5, 9)));
    assertThat(requests[5]).isEqualTo(32);
    assertThat(requests[6]).isZero();
  }

  @Test
  void aCounterThatHasGoneRoundCountsOn() {
    long[] requests =
        LoadSampler.difference(Map.of("a", counts(5, (1L << 32) - 10)), Map.of("a", counts(5, 20)));
    assertThat(requests[5]).isEqualTo(30);
  }

  /** What it has served before it was asked first is not known. */
  @Test
  void aProxyThatHasBeenStartedInBetweenCountsForNothing() {
    long[] requests = LoadSampler.difference(Map.of(), Map.of("a", counts(5, 20)));
    assertThat(requests).containsOnly(0);
  }

  @Test
  void aProxyThatDoesNotAnswerIsNamed() {
    HostAndPort address = new HostAndPort("10.0.0.9", 19000);
    Member proxy = new Member(Role.PROXY, "t", "t-1", address, address, "", 1, "");
    LoadSampler sampler =
        new LoadSampler(
            1,
            () -> List.of(proxy),
            (member, question) -> Future.failedFuture("timed out"),
            Duration.ofMillis(1));
    assertThatThrownBy(sampler::sample)
        .isInstanceOf(TopomException.class)
        .hasMessageContaining("10.0.0.9:19000");
  }
}
