package io.vodis.proxy.codis;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What is read and written for Codis's tools. */
class CodisFormsTest {

  private static final HostAndPort ONE = new HostAndPort("10.0.0.1", 6379);
  private static final HostAndPort OTHER = new HostAndPort("10.0.0.2", 6379);

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  @ParameterizedTest
  @CsvSource({"0,0", "1023,1023", "+7,7", "007,7", "-0,0"})
  void aSlotIsReadAsGoReadsIt(String word, int slot) {
    assertThat(SlotNumber.parse(bytes(word))).isEqualTo(slot);
  }

  @ParameterizedTest
  @CsvSource({
    "1024,out of range",
    "-1,out of range",
    "9223372036854775807,out of range",
    "'9223372036854775808','strconv.ParseInt: parsing \"9223372036854775808\": value out of range'",
    "'-9223372036854775809','strconv.ParseInt: parsing \"-9223372036854775809\": value out of"
        + " range'",
    "x,'strconv.ParseInt: parsing \"x\": invalid syntax'",
    "'','strconv.ParseInt: parsing \"\": invalid syntax'",
    "' 1','strconv.ParseInt: parsing \" 1\": invalid syntax'",
    "1.5,'strconv.ParseInt: parsing \"1.5\": invalid syntax'",
    "'a\"\\\u0001','strconv.ParseInt: parsing \"a\\\"\\\\\\x01\": invalid syntax'"
  })
  void whatIsNoSlotIsRefusedInItsWords(String word, String reason) {
    assertThat(SlotNumber.parse(bytes(word))).isNegative();
    assertThat(text(SlotNumber.error(bytes(word))))
        .isEqualTo("-ERR parse slotnum '" + word + "' failed, " + reason + "\r\n");
  }

  @Test
  void aScanGoesOnWithTheSameServersOnly() {
    SlotScanCursor at = new SlotScanCursor(1, 123_456_789);
    long cursor = at.encode(List.of(ONE, OTHER));
    assertThat(cursor).isPositive();
    assertThat(SlotScanCursor.decode(cursor, List.of(ONE, OTHER))).isEqualTo(at);
    assertThat(SlotScanCursor.decode(cursor, List.of(OTHER, ONE))).isEqualTo(SlotScanCursor.BEGIN);
    assertThat(SlotScanCursor.decode(cursor, List.of(OTHER))).isEqualTo(SlotScanCursor.BEGIN);
    assertThat(SlotScanCursor.decode(0, List.of(ONE))).isEqualTo(SlotScanCursor.BEGIN);
    assertThat(SlotScanCursor.decode(Long.MAX_VALUE, List.of(ONE))).isEqualTo(SlotScanCursor.BEGIN);
  }

  @ParameterizedTest
  @ValueSource(longs = {0, 1, (1L << 46) - 1})
  void everyCursorOfAServerOfUpTo46BitsFits(long serverCursor) {
    SlotScanCursor at = new SlotScanCursor(0, serverCursor);
    long cursor = at.encode(List.of(ONE));
    assertThat(cursor).isPositive();
    assertThat(SlotScanCursor.decode(cursor, List.of(ONE))).isEqualTo(at);
  }

  @ParameterizedTest
  @ValueSource(longs = {1L << 46, Long.MAX_VALUE, -1})
  void aLargerOneIsNotCut(long serverCursor) {
    assertThat(new SlotScanCursor(0, serverCursor).encode(List.of(ONE)))
        .isEqualTo(SlotScanCursor.TOO_LARGE);
  }

  @Test
  void countsAreReadAndWritten() {
    String reply = "*2\r\n*2\r\n:7\r\n:3\r\n*2\r\n:1023\r\n:12\r\n";
    SlotCounts counts = Objects.requireNonNull(SlotCounts.parse(bytes(reply)));
    assertThat(counts.of(7)).isEqualTo(3);
    ByteBuf written = counts.reply();
    assertThat(written.toString(StandardCharsets.US_ASCII)).isEqualTo(reply);
    written.release();
    counts.add(counts, slot -> slot == 7);
    assertThat(counts.of(7)).isEqualTo(6);
    assertThat(counts.of(1023)).isEqualTo(12);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {"+OK\r\n", "*1\r\n:1\r\n", "*1\r\n*2\r\n:1024\r\n:1\r\n", "*1\r\n*1\r\n:1\r\n"})
  void whatAreNoCountsIsNotTakenForSome(String reply) {
    assertThat(SlotCounts.parse(bytes(reply))).isNull();
  }

  @ParameterizedTest
  @CsvSource({
    "'*1\r\n*6\r\n$9\r\nslotsinfo\r\n',true",
    "'*1\r\n*-1\r\n',false",
    "'*1\r\n$-1\r\n',false",
    "'*1\r\n_\r\n',false",
    "'*0\r\n',false",
    "'-ERR unknown\r\n',false"
  })
  void aServerThatDescribesTheCommandKnowsIt(String reply, boolean knows) {
    assertThat(CodisServers.describesCommand(bytes(reply))).isEqualTo(knows);
  }
}
