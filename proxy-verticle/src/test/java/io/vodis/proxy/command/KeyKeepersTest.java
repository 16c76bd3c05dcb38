package io.vodis.proxy.command;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may run on a server that its key is about to leave. */
class KeyKeepersTest {

  private final CommandTable table = CommandTable.baseline();

  @ParameterizedTest
  @CsvSource({
    "get, 2, true",
    "hgetall, 2, true",
    "incr, 2, true",
    "rpush, 3, true",
    "set, 3, true",
    "set, 5, false",
    "setex, 4, false",
    "expire, 3, false",
    "del, 2, false",
    "lpop, 2, false",
    "srem, 3, false",
    "spop, 2, false",
    "getdel, 2, false",
    "getex, 4, false",
    "hscan, 3, false",
    "eval, 4, false",
    "blpop, 3, false"
  })
  void keepsItsKeyOrNot(String command, int arguments, boolean keeps) {
    ByteBuf name = Unpooled.copiedBuffer(command, StandardCharsets.US_ASCII);
    CommandSpec spec = requireNonNull(table.find(name, 0, name.readableBytes()));
    name.release();

    assertThat(KeyKeepers.contains(spec, arguments)).isEqualTo(keeps);
  }
}
