package io.vodis.proxy.codis;

import io.vodis.model.Topology;
import io.vodis.resp.RespErrors;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** A slot as a client writes it, read and refused as a Codis proxy does. Pure. */
final class SlotNumber {

  private static final BigInteger LEAST = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger MOST = BigInteger.valueOf(Long.MAX_VALUE);

  private SlotNumber() {}

  /** The slot, or a negative number if there is none: then see {@link #error}. */
  static int parse(byte[] word) {
    String text = new String(word, StandardCharsets.ISO_8859_1);
    if (!text.matches("[+-]?[0-9]+")) {
      return -1;
    }
    BigInteger number = new BigInteger(text);
    return number.signum() >= 0 && number.compareTo(BigInteger.valueOf(Topology.SLOT_COUNT)) < 0
        ? number.intValue()
        : -1;
  }

  /** Why that word is no slot. */
  static byte[] error(byte[] word) {
    String text = new String(word, StandardCharsets.ISO_8859_1);
    String reason = "out of range";
    if (!text.matches("[+-]?[0-9]+")) {
      reason = "strconv.ParseInt: parsing " + quoted(word) + ": invalid syntax";
    } else {
      BigInteger number = new BigInteger(text);
      if (number.compareTo(LEAST) < 0 || number.compareTo(MOST) > 0) {
        reason = "strconv.ParseInt: parsing " + quoted(word) + ": value out of range";
      }
    }
    return RespErrors.reply("ERR parse slotnum '" + text + "' failed, " + reason);
  }

  /** As the reason shows a word: what is not printable ASCII is escaped. */
  private static String quoted(byte[] word) {
    StringBuilder out = new StringBuilder("\"");
    for (byte each : word) {
      int value = each & 0xff;
      if (value == '"' || value == '\\') {
        out.append('\\').append((char) value);
      } else if (value >= ' ' && value < 0x7f) {
        out.append((char) value);
      } else {
        out.append(String.format("\\x%02x", value));
      }
    }
    return out.append('"').toString();
  }
}
