package io.vodis.proxy.fanout;

import io.vodis.resp.RespErrors;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes one reply of those of all servers. Pure; replies are whole, as bytes. */
public final class Merge {

  private static final byte[] UNEXPECTED =
      RespErrors.reply("ERR a backend sent an unexpected reply");

  private Merge() {}

  /** The first error among replies; null if there is none. */
  public static byte @Nullable [] error(List<byte[]> replies) {
    for (byte[] reply : replies) {
      if (reply[0] == '-' || reply[0] == '!') {
        return reply;
      }
    }
    return null;
  }

  /** All have done it: the first one's reply. */
  public static byte[] same(List<byte[]> replies) {
    byte[] error = error(replies);
    return error != null ? error : replies.getFirst();
  }

  /** The sum of integers. */
  public static byte[] sum(List<byte[]> replies) {
    byte[] error = error(replies);
    if (error != null) {
      return error;
    }
    long sum = 0;
    for (byte[] reply : replies) {
      if (reply[0] != ':') {
        return UNEXPECTED;
      }
      sum += number(reply, 1);
    }
    return (":" + sum + "\r\n").getBytes(StandardCharsets.US_ASCII);
  }

  /** Arrays of 0 and 1, place by place: 1 where all say so. */
  public static byte[] all(List<byte[]> replies) {
    byte[] error = error(replies);
    if (error != null) {
      return error;
    }
    byte[] merged = replies.getFirst().clone();
    for (byte[] reply : replies) {
      if (reply.length != merged.length || reply[0] != '*') {
        return UNEXPECTED;
      }
      for (int at = 0; at < reply.length; at++) {
        if (reply[at] == '0' && merged[at] == '1') {
          merged[at] = '0';
        }
      }
    }
    return merged;
  }

  /** Who has most to say; an error only if there are only errors. */
  public static byte[] longest(List<byte[]> replies) {
    byte[] longest = replies.getFirst();
    for (byte[] reply : replies) {
      if (longest[0] == '-' || reply[0] != '-' && reply.length > longest.length) {
        longest = reply;
      }
    }
    return longest;
  }

  /** What a command achieves that only one server may have to obey: it, or why nobody did. */
  public static byte[] any(List<byte[]> replies, String notConcerned) {
    byte[] best = replies.getFirst();
    for (byte[] reply : replies) {
      if (reply[0] != '-') {
        return reply;
      }
      if (startsWith(best, notConcerned)) {
        best = reply;
      }
    }
    return best;
  }

  /** Whether a reply begins with that text. */
  public static boolean startsWith(byte[] reply, String text) {
    byte[] wanted = text.getBytes(StandardCharsets.ISO_8859_1);
    return reply.length >= wanted.length
        && Arrays.equals(reply, 0, wanted.length, wanted, 0, wanted.length);
  }

  /** The number in a reply's first line, behind its marker. */
  public static long number(byte[] reply, int from) {
    boolean negative = reply[from] == '-';
    long number = 0;
    for (int at = negative ? from + 1 : from; reply[at] != '\r'; at++) {
      number = number * 10 + (reply[at] - '0');
    }
    return negative ? -number : number;
  }
}
