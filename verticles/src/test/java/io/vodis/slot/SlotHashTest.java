package io.vodis.slot;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Random;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotHashTest {

  @ParameterizedTest
  @CsvSource({
    "'', 0",
    "a, 579",
    "b, 1017",
    "c, 879",
    "foo, 289",
    "bar, 170",
    "{abc}, 450",
    "abc, 450",
    "123{abc}456, 450",
    "{}abc, 0",
    "abc{}123, 0",
    "{{{abc1}abc2}, 521",
    "abc1{abc2{abc3}, 469",
    "{{{{abc, 62",
    "{{}{{abc, 825",
    "abc}{abc, 71",
    "abc}{123}456, 978",
    "user:{1000}:name, 791",
  })
  void agreesWithCodisOnEveryPublishedVector(String key, int slotId) {
    byte[] bytes = key.getBytes(StandardCharsets.UTF_8);
    ByteBuf buf = Unpooled.wrappedBuffer(bytes);

    assertThat(SlotHash.slotOf(bytes)).isEqualTo(slotId);
    assertThat(SlotHash.slotOf(buf, 0, bytes.length)).isEqualTo(slotId);
  }

  @Test
  void agreesWithTheSimpleRuleOnRandomKeysOfEveryLength() {
    long seed = 20261120L;
    Random random = new Random(seed);
    for (int round = 0; round < 20_000; round++) {
      // Given
      byte[] key = new byte[random.nextInt(40)];
      boolean braces = random.nextBoolean();
      for (int i = 0; i < key.length; i++) {
        key[i] = (byte) (braces ? "{}ab".charAt(random.nextInt(4)) : random.nextInt(256));
      }
      int offset = random.nextInt(5);
      ByteBuf buf = Unpooled.directBuffer(offset + key.length);
      buf.writeZero(offset).writeBytes(key);

      // When
      int slotId = SlotHash.slotOf(buf, offset, key.length);

      // Then
      assertThat(slotId).as("seed %d round %d", seed, round).isEqualTo(simple(key));
      assertThat(SlotHash.slotOf(key)).as("seed %d round %d", seed, round).isEqualTo(slotId);
      buf.release();
    }
  }

  private static int simple(byte[] key) {
    String text = new String(key, StandardCharsets.ISO_8859_1);
    int open = text.indexOf('{');
    int close = open < 0 ? -1 : text.indexOf('}', open + 1);
    byte[] hashed =
        close < 0 ? key : text.substring(open + 1, close).getBytes(StandardCharsets.ISO_8859_1);
    CRC32 crc = new CRC32();
    crc.update(hashed);
    return (int) (crc.getValue() % 1024);
  }
}
