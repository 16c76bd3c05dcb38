package io.vodis.proxy.session;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class OutputBudgetTest {

  private static final long MIB = 1 << 20;

  private final OutputBudget budget = new OutputBudget(40 * MIB);

  private OutputBudget.Part part(long mebibytes) {
    OutputBudget.Part part = budget.newPart();
    part.set(mebibytes * MIB);
    return part;
  }

  @Test
  void aClientAloneMayHaveAllOfIt() {
    OutputBudget.Part alone = part(40);
    assertThat(alone.isTooMuch()).isFalse();
    alone.set(41 * MIB);
    assertThat(alone.isTooMuch()).isTrue();
  }

  @Test
  void whenItIsUsedUpWhoeverHasMoreThanHisShareHasTooMuch() {
    OutputBudget.Part most = part(30);
    OutputBudget.Part little = part(2);
    assertThat(most.isTooMuch()).isFalse();
    OutputBudget.Part next = part(11);
    OutputBudget.Part last = part(9);
    assertThat(most.isTooMuch()).isTrue();
    assertThat(next.isTooMuch()).isTrue();
    assertThat(last.isTooMuch()).isFalse();
    assertThat(little.isTooMuch()).isFalse();
  }

  @Test
  void whoTakesOrGoesLeavesItToTheOthers() {
    OutputBudget.Part first = part(30);
    OutputBudget.Part second = part(20);
    assertThat(first.isTooMuch()).isTrue();
    second.set(0);
    second.set(0);
    assertThat(first.isTooMuch()).isFalse();
    first.set(0);
    assertThat(part(40).isTooMuch()).isFalse();
  }

  @Test
  void aMebibyteMayAlwaysWait() {
    for (int client = 0; client < 100; client++) {
      assertThat(part(1).isTooMuch()).isFalse();
    }
    OutputBudget.Part more = part(1);
    more.set(MIB + 1);
    assertThat(more.isTooMuch()).isTrue();
  }
}
