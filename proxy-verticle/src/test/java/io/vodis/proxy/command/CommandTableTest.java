package io.vodis.proxy.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class CommandTableTest {

  private final CommandTable table = CommandTable.baseline();

  @Test
  void findsEveryCommandInAnyLetterCase() {
    for (CommandSpec spec : table.topLevel()) {
      assertThat(find(spec.name())).isSameAs(spec);
      assertThat(find(spec.name().toUpperCase(Locale.ROOT))).isSameAs(spec);
      for (CommandSpec subcommand : spec.subcommands()) {
        String name = subcommand.name().substring(spec.name().length() + 1);
        ByteBuf buf =
            Unpooled.copiedBuffer(name.toUpperCase(Locale.ROOT), StandardCharsets.US_ASCII);
        assertThat(spec.subcommand(buf, 0, name.length())).isSameAs(subcommand);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "",
        "g",
        "ge",
        "gett",
        "set\0",
        "georadiusbymember_rx",
        "georadiusbyxember_ro",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
      })
  void doesNotFindWhatItDoesNotHold(String name) {
    assertThat(find(name)).isNull();
  }

  @Test
  void numbersItsCommandsDensely() {
    for (int id = 0; id < table.size(); id++) {
      assertThat(table.byId(id).id()).isEqualTo(id);
    }
  }

  @Test
  void routesNoCommandWithoutKeysToTheServerOfAKey() {
    for (int id = 0; id < table.size(); id++) {
      CommandSpec spec = table.byId(id);
      boolean byKey =
          spec.routing() == Routing.ONE_KEY
              || spec.routing() == Routing.SAME_SLOT
              || spec.routing() == Routing.FRAGMENTED;
      if (byKey) {
        assertThat(spec.keySpecs()).as(spec.name()).isNotEmpty();
      }
      if (spec.routing() == Routing.ONE_KEY) {
        assertThat(spec.onlyKeyArg()).as(spec.name()).isPositive();
      }
    }
  }

  private @Nullable CommandSpec find(String name) {
    ByteBuf buf = Unpooled.copiedBuffer(name, StandardCharsets.ISO_8859_1);
    return table.find(buf, 0, buf.readableBytes());
  }
}
