package io.vodis.launcher.admin;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import org.junit.jupiter.api.Test;

class ScreenTest {

  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();

  private Screen screen(boolean terminal) {
    return new Screen(new PrintWriter(out), new PrintWriter(err), false, terminal);
  }

  @Test
  void rewritesOneLineOfProgressOnATerminal() {
    // Given
    try (Screen screen = screen(true)) {
      // When
      screen.progress("1 of 2");
      screen.progress("1 of 2");
      screen.progress("2 of 2");
      screen.say("done");
    }
    // Then
    assertThat(err.toString()).isEqualTo("\r\u001b[K1 of 2\r\u001b[K2 of 2\n");
    assertThat(out.toString()).isEqualTo("done\n");
  }

  @Test
  void writesALinePerChangeElsewhere() {
    // Given
    try (Screen screen = screen(false)) {
      // When
      screen.progress("1 of 2");
      screen.progress("1 of 2");
      screen.progress("2 of 2");
    }
    // Then
    assertThat(err.toString()).isEqualTo("1 of 2\n2 of 2\n");
  }
}
