package io.vodis.resp;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;

/**
 * Finds where the replies of one server end, in RESP2 and RESP3 alike, without looking at what they
 * say. It never copies and never moves the reader index.
 *
 * <p>Invariant: called again with more bytes behind the same reader index, it goes on where it
 * stopped; no byte is looked at twice. Nested replies are followed with a stack of counters, not by
 * recursion.
 */
public final class ReplyDecoder {

  /** What the bytes so far amount to. */
  public enum Progress {
    /** The reply has not ended. */
    MORE,
    /** A whole reply. */
    FRAME,
    /** A large reply has begun: collect it with {@code decode} or pass it on as it comes. */
    LARGE,
    /** Not the protocol: the connection is of no use any more. */
    ERROR
  }

  /** How a reply goes on behind its first byte. */
  private enum Shape {
    /** Text up to the line end. */
    LINE,
    /** A length, the bytes, a line end; or a negative length and nothing. */
    BULK,
    /** A count, and as many replies. */
    ELEMENTS,
    /** A count, and twice as many replies. */
    PAIRS,
    /** As pairs, but said beside a reply: what it belongs to is still to come. */
    ATTRIBUTE
  }

  // What is expected next; numbers for the reason given in RequestDecoder.
  private static final int HEADER = 0;
  private static final int LINE = 1;
  private static final int BULK_BODY = 2;
  private static final int BULK_END = 3;
  private static final int DONE = 4;

  private static final Shape[] SHAPES = shapes();
  private static final int DEPTH_INITIAL = 16;
  private static final int LENGTH_LINE_BYTES_MAX = 32;
  private static final int CRLF = 0x0D0A;

  private final RespLimits limits;
  private final HeaderLine header = new HeaderLine(LENGTH_LINE_BYTES_MAX);

  private int state = HEADER;

  /** How far the frame is understood, relative to the reader index. */
  private int scanned;

  /** Replies still to come on each level; level 0 is the reply itself. */
  private long[] pending = new long[DEPTH_INITIAL];

  private int depth;

  /** What is left of the bulk string under way. */
  private long bulkLeft;

  private byte type;
  private boolean started;
  private boolean largeReported;
  private int frameLength;

  public ReplyDecoder(RespLimits limits) {
    this.limits = limits;
    pending[0] = 1;
  }

  /** Looks at what has arrived since the last call. */
  public Progress decode(ByteBuf in) {
    int base = in.readerIndex();
    int end = in.writerIndex();
    if (!started) {
      if (base == end) {
        return Progress.MORE;
      }
      type = in.getByte(base);
      int whole = wholeShortBulk(in, base, end);
      if (whole > 0) {
        frameLength = whole;
        return Progress.FRAME;
      }
      started = true;
    }
    int at = advance(in, base + scanned, end);
    if (at < 0) {
      return Progress.ERROR;
    }
    scanned = at - base;
    if (state == DONE) {
      frameLength = scanned;
      return Progress.FRAME;
    }
    if (largeReported || !isLarge(end - base)) {
      return Progress.MORE;
    }
    largeReported = true;
    return Progress.LARGE;
  }

  /** Bytes of a reply that is a short bulk string and there as a whole, or -1: the common case. */
  private static int wholeShortBulk(ByteBuf in, int base, int end) {
    int length = HeaderLine.shortBulk(in, base, end);
    if (length < 0) {
      return -1;
    }
    int bytes = HeaderLine.shortBulkBytes(length) + length + 2;
    return end - base >= bytes && in.getShort(base + bytes - 2) == CRLF ? bytes : -1;
  }

  /** Bytes of the reply, counted from the reader index. */
  public int frameLength() {
    return frameLength;
  }

  /** First byte of the reply. */
  public byte type() {
    return type;
  }

  /** Ready for the next reply; the caller has moved the reader index behind this one. */
  public void reset() {
    state = HEADER;
    scanned = 0;
    depth = 0;
    pending[0] = 1;
    started = false;
    largeReported = false;
    if (pending.length > DEPTH_INITIAL) {
      pending = new long[DEPTH_INITIAL];
      pending[0] = 1;
    }
  }

  /**
   * Streaming: how many bytes from the reader index belong to this reply and may go on now. The
   * caller takes them away before it calls again.
   *
   * @return the count, or -1 for a protocol error
   */
  public int streamable(ByteBuf in) {
    int base = in.readerIndex();
    int at = advance(in, base + scanned, in.writerIndex());
    scanned = 0;
    return at < 0 ? -1 : at - base;
  }

  /** Streaming: the reply ended with the bytes last reported. */
  public boolean streamDone() {
    return state == DONE;
  }

  private boolean isLarge(int bytesHere) {
    return bytesHere > limits.streamBytesMin()
        || state == BULK_BODY && bulkLeft > limits.streamBytesMin();
  }

  /** Goes on from {@code at} as far as possible; the index reached, or -1 for an error. */
  private int advance(ByteBuf in, int from, int end) {
    int at = from;
    while (state != DONE) {
      int next =
          switch (state) {
            case HEADER -> header(in, at, end);
            case LINE -> line(in, at, end);
            case BULK_BODY -> bulkBody(at, end);
            case BULK_END -> bulkEnd(in, at, end);
            default -> at;
          };
      if (next < 0) {
        return next;
      }
      if (next == at) {
        return at;
      }
      at = next;
    }
    return at;
  }

  /**
   * The first byte of a reply, and for all but lines of text the number behind it.
   *
   * <pre>
   *   +OK\r\n          a line
   *   $5\r\nhello\r\n  a bulk string
   *   *2\r\n:1\r\n:2\r\n  an array; the header is its first line only
   * </pre>
   */
  private int header(ByteBuf in, int at, int end) {
    if (at == end) {
      return at;
    }
    byte marker = in.getByte(at);
    Shape shape = marker >= 0 ? SHAPES[marker] : null;
    if (shape == null) {
      return -1;
    }
    if (shape == Shape.LINE) {
      state = LINE;
      return at + 1;
    }
    switch (header.read(in, at + 1, end)) {
      case MORE -> {
        return at;
      }
      case INVALID, TOO_LONG -> {
        return -1;
      }
      case COMPLETE -> {
        // Used below.
      }
    }
    long number = header.value();
    if (shape == Shape.BULK) {
      if (number > limits.bulkBytesMax()) {
        return -1;
      }
      return bulk(in, header.next(), end, number);
    }
    return aggregate(shape, number) ? header.next() : -1;
  }

  /** Mostly the whole string is there: then it is skipped in one step. */
  private int bulk(ByteBuf in, int at, int end, long length) {
    if (length < 0) {
      elementDone();
      return at;
    }
    if (end - at - 2 >= length) {
      return bulkEnd(in, at + (int) length, end);
    }
    bulkLeft = length;
    state = length == 0 ? BULK_END : BULK_BODY;
    return at;
  }

  private boolean aggregate(Shape shape, long count) {
    if (count > Integer.MAX_VALUE) {
      return false;
    }
    if (shape != Shape.ATTRIBUTE) {
      pending[depth]--;
    }
    if (count > 0) {
      if (depth + 1 >= limits.depthMax()) {
        return false;
      }
      depth++;
      if (depth == pending.length) {
        pending = Arrays.copyOf(pending, depth * 2);
      }
      pending[depth] = shape == Shape.ELEMENTS ? count : 2 * count;
    }
    unwind();
    return true;
  }

  private int line(ByteBuf in, int from, int end) {
    int at = from;
    while (end - at >= 2) {
      byte b = in.getByte(at);
      if (b == '\r' && in.getByte(at + 1) == '\n') {
        elementDone();
        return at + 2;
      }
      at++;
    }
    return at;
  }

  private int bulkBody(int at, int end) {
    int here = (int) Math.min(end - at, bulkLeft);
    bulkLeft -= here;
    if (bulkLeft == 0) {
      state = BULK_END;
    }
    return at + here;
  }

  private int bulkEnd(ByteBuf in, int at, int end) {
    if (end - at < 2) {
      return at;
    }
    if (in.getShort(at) != CRLF) {
      return -1;
    }
    elementDone();
    return at + 2;
  }

  private void elementDone() {
    pending[depth]--;
    unwind();
  }

  /** Leaves every level on which nothing is to come. */
  private void unwind() {
    while (pending[depth] == 0) {
      if (depth == 0) {
        state = DONE;
        return;
      }
      depth--;
    }
    state = HEADER;
  }

  private static Shape[] shapes() {
    Shape[] shapes = new Shape[128];
    for (char c : "+-:,#_(".toCharArray()) {
      shapes[c] = Shape.LINE;
    }
    for (char c : "$=!".toCharArray()) {
      shapes[c] = Shape.BULK;
    }
    for (char c : "*~>".toCharArray()) {
      shapes[c] = Shape.ELEMENTS;
    }
    shapes['%'] = Shape.PAIRS;
    shapes['|'] = Shape.ATTRIBUTE;
    return shapes;
  }
}
