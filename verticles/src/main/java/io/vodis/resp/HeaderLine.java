package io.vodis.resp;

import io.netty.buffer.ByteBuf;

/**
 * The number between a type byte and its line end, read as strictly as Redis reads it: no plus
 * sign, no leading zero, no blank.
 *
 * <pre>
 *   $ 1 2 \r \n
 *     ^         ^
 *     from      next()
 * </pre>
 *
 * Remembers how far an unfinished line was searched, so that a peer who sends it byte by byte does
 * not make us read it over and over.
 */
final class HeaderLine {

  enum Outcome {
    COMPLETE,
    MORE,
    /** The line ended and is no number. */
    INVALID,
    /** The line is longer than allowed, ended or not. */
    TOO_LONG
  }

  /** Digits of {@link Long#MAX_VALUE}, less one: such a number cannot overflow. */
  private static final int DIGITS_MAX = 18;

  /**
   * A line up to this length is read again from its start when more bytes have come, so that a
   * caller may also read it by a shorter way, without this object.
   */
  private static final int SHORT_LINE_BYTES = 32;

  /** {@code *d\r\n} and {@code $d\r\n} seen as one number, with the digit masked out. */
  static final int ONE_DIGIT_MASK = 0xFF00FFFF;

  private static final int BULK_ONE_DIGIT = 0x24000D0A;

  /** {@code $dd\r} likewise. */
  private static final int TWO_DIGIT_MASK = 0xFF0000FF;

  private static final int BULK_TWO_DIGIT = 0x2400000D;

  private final int lineBytesMax;
  private int searched;
  private long value;
  private int next;

  HeaderLine(int lineBytesMax) {
    this.lineBytesMax = lineBytesMax;
  }

  /**
   * The length in {@code $d\r\n} or {@code $dd\r\n} at {@code at}, or -1 if the header is not one
   * of these.
   */
  static int shortBulk(ByteBuf in, int at, int end) {
    if (end - at < 5) {
      return -1;
    }
    int word = in.getInt(at);
    int first = (word >>> 16 & 0xFF) - '0';
    if ((word & ONE_DIGIT_MASK) == BULK_ONE_DIGIT) {
      return first >= 0 && first <= 9 ? first : -1;
    }
    int second = (word >>> 8 & 0xFF) - '0';
    if ((word & TWO_DIGIT_MASK) == BULK_TWO_DIGIT
        && first > 0
        && first <= 9
        && second >= 0
        && second <= 9
        && in.getByte(at + 4) == '\n') {
      return first * 10 + second;
    }
    return -1;
  }

  /** Bytes of the header of a bulk string of such a length. */
  static int shortBulkBytes(int length) {
    return length < 10 ? 4 : 5;
  }

  /** Reads the number that starts at {@code from}; call again with the same start for more. */
  Outcome read(ByteBuf in, int from, int end) {
    int at = from + searched;
    while (at < end && in.getByte(at) != '\r') {
      at++;
    }
    int length = at - from;
    if (length > lineBytesMax) {
      return Outcome.TOO_LONG;
    }
    if (end - at < 2) {
      searched = length > SHORT_LINE_BYTES ? length : 0;
      return Outcome.MORE;
    }
    searched = 0;
    next = at + 2;
    return in.getByte(at + 1) == '\n' && number(in, from, at) ? Outcome.COMPLETE : Outcome.INVALID;
  }

  long value() {
    return value;
  }

  /** Absolute index of the first byte after the line. */
  int next() {
    return next;
  }

  private boolean number(ByteBuf in, int from, int end) {
    boolean negative = from < end && in.getByte(from) == '-';
    int at = negative ? from + 1 : from;
    int digits = end - at;
    if (digits < 1 || digits > DIGITS_MAX) {
      return false;
    }
    if (in.getByte(at) == '0' && (digits > 1 || negative)) {
      return false;
    }
    long number = 0;
    for (; at < end; at++) {
      int digit = in.getByte(at) - '0';
      if (digit < 0 || digit > 9) {
        return false;
      }
      number = number * 10 + digit;
    }
    value = negative ? -number : number;
    return true;
  }
}
