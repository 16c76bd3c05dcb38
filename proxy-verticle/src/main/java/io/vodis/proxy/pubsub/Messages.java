package io.vodis.proxy.pubsub;

import io.netty.buffer.ByteBuf;

/**
 * What a frame on a subscriber's connection is, without decoding all of it.
 *
 * <pre>
 *   *3\r\n $7\r\nmessage\r\n  $..channel  $..payload
 *   *4\r\n $8\r\npmessage\r\n $..pattern  $..channel $..payload
 *   *3\r\n $8\r\nsmessage\r\n $..channel  $..payload
 * </pre>
 */
final class Messages {

  /** Where the length of the first word stands: behind {@code *n\r\n$}. */
  private static final int WORD_LENGTH = 5;

  private static final int WORD = 8;

  private Messages() {}

  /** A message, and not the reply to a command: their words are longer or shorter. */
  static boolean isMessage(ByteBuf in, int offset) {
    if (in.getByte(offset) != '*' || in.getByte(offset + WORD_LENGTH + 1) != '\r') {
      return false;
    }
    byte length = in.getByte(offset + WORD_LENGTH);
    return length == '7' || length == '8';
  }

  /** The channel of a message. */
  static byte[] channel(ByteBuf in, int offset) {
    int at = offset + WORD + (in.getByte(offset + WORD_LENGTH) - '0') + 2;
    if (in.getByte(offset + WORD) == 'p') {
      at = bodyAt(in, at) + lengthAt(in, at) + 2;
    }
    byte[] channel = new byte[lengthAt(in, at)];
    in.getBytes(bodyAt(in, at), channel);
    return channel;
  }

  /** The number behind the {@code $} at that index. */
  private static int lengthAt(ByteBuf in, int at) {
    int length = 0;
    for (int i = at + 1; in.getByte(i) != '\r'; i++) {
      length = 10 * length + in.getByte(i) - '0';
    }
    return length;
  }

  private static int bodyAt(ByteBuf in, int at) {
    int i = at + 1;
    while (in.getByte(i) != '\r') {
      i++;
    }
    return i + 2;
  }
}
