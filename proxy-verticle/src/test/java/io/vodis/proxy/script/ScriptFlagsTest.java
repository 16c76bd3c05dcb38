package io.vodis.proxy.script;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ScriptFlagsTest {

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "#!lua flags=no-writes\\nreturn 1; true",
        "#!lua flags=allow-oom,no-writes\\nreturn 1; true",
        "#!lua name=x  flags=no-writes ; true",
        "#!lua\\nreturn 'flags=no-writes'; false",
        "#!lua flags=allow-oom\\nreturn 1; false",
        "return 1 --flags=no-writes; false",
        "#; false",
        "''; false",
      })
  void onlyTheFirstLineSaysThatNothingIsWritten(String body, boolean neverWrites) {
    byte[] bytes = body.replace("\\n", "\n").getBytes(StandardCharsets.UTF_8);
    assertThat(ScriptFlags.neverWrites(bytes)).isEqualTo(neverWrites);
  }
}
