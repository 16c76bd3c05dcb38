package io.vodis.testsupport.workload;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** What may be under a key after writes whose fate is unknown. */
class TextModelTest {

  private final Random random = new Random(1);
  private final TextModel model = new TextModel(0, "key");

  /** An operation whose words contain this one. */
  private Operation operation(String word, String value) {
    while (true) {
      Operation operation = model.next(random, value);
      if (Arrays.asList(operation.command()).contains(word)) {
        return operation;
      }
    }
  }

  @Test
  void aShortLivedKeyMayBeGoneIfItsNewExpiryIsOfUnknownFate() {
    // Given
    operation("PX", "v").onReply().accept("OK");

    // When
    operation("PEXPIREAT", "unused").onUnknown().run();

    // Then
    assertThat(model.check(null)).isNull();
    assertThat(model.check("v")).isNull();
    assertThat(model.check("w")).isNotNull();
  }

  @Test
  void anAcknowledgedValueStaysRequiredAfterAnUnknownWrite() {
    // Given
    operation("SETNX", "first").onReply().accept(1L);

    // When
    operation("GETSET", "second").onUnknown().run();

    // Then
    assertThat(model.check("first")).isNull();
    assertThat(model.check("second")).isNull();
    assertThat(model.check(null)).isNotNull();
  }
}
