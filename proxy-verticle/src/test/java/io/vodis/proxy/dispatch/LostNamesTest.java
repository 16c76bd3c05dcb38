package io.vodis.proxy.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class LostNamesTest {

  private static final String OWN = "vodis:proxy:abc:1";
  private static final Set<String> BEGINNINGS = Set.of(OWN);

  private final LostNames names = new LostNames();
  private long given;

  private void giveUp(int count) {
    for (int i = 0; i < count; i++) {
      given++;
      names.add(LostNames.name(OWN, given), given);
    }
  }

  @Test
  void knowsThoseThatWereGivenUpAndNoOther() {
    given = 6;
    giveUp(1);
    LostNames.Seen seen = names.seen(BEGINNINGS);
    assertThat(seen.covers(OWN + ".7")).isTrue();
    assertThat(seen.covers(OWN + ".6")).isFalse();
    assertThat(seen.covers("")).isFalse();
    assertThat(names.settle(seen)).isTrue();
  }

  @Test
  void ofTooManyEveryConnectionOfTheLoopCounts() {
    giveUp(LostNames.COUNT_MAX);
    given = 50_000;
    giveUp(2);
    LostNames.Seen seen = names.seen(BEGINNINGS);
    assertThat(seen.covers(OWN + ".30000")).isTrue();
    assertThat(seen.covers(OWN + ".50002")).isTrue();
    assertThat(seen.covers(OWN + ".50003")).isFalse();
    assertThat(seen.covers("vodis:proxy:abc:2.1")).isFalse();
    assertThat(seen.covers("vodis:proxy:abd:1.1")).isFalse();
    assertThat(seen.covers("somebody.else")).isFalse();
    assertThat(names.settle(seen)).isTrue();
    assertThat(names.seen(BEGINNINGS).covers(OWN + ".30000")).isFalse();
  }

  @Test
  void whatIsGivenUpDuringALookIsLeftForTheNext() {
    giveUp(LostNames.COUNT_MAX);
    LostNames.Seen before = names.seen(BEGINNINGS);
    giveUp(1);
    assertThat(names.settle(before)).isFalse();
    LostNames.Seen after = names.seen(BEGINNINGS);
    giveUp(1);
    assertThat(after.covers(LostNames.name(OWN, given))).isFalse();
    assertThat(names.settle(after)).isFalse();
    assertThat(names.settle(names.seen(BEGINNINGS))).isTrue();
  }
}
