package io.vodis.proxy.dispatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import io.vodis.proxy.migrate.Key;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

/** A request becomes the arguments of the wrapper, byte for byte. */
class InPlaceTest {

  @Test
  void theWholeRequestFollowsTheKey() {
    ByteBuf frame =
        Unpooled.copiedBuffer(
            "*3\r\n$3\r\nset\r\n$1\r\nk\r\n$2\r\n\r\n\r\n", StandardCharsets.ISO_8859_1);

    ByteBuf wrapped = InPlace.wrapped(new Key(0, new byte[] {'k'}), frame);

    assertThat(wrapped.toString(StandardCharsets.ISO_8859_1))
        .isEqualTo(
            "*5\r\n$22\r\nSLOTSMGRT-EXEC-WRAPPER\r\n$1\r\nk\r\n"
                + "$3\r\nset\r\n$1\r\nk\r\n$2\r\n\r\n\r\n");
    wrapped.release();
    frame.release();
  }
}
