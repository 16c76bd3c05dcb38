package io.vodis.resp;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import java.util.List;

/**
 * Finds the requests of one client in the bytes it sent. It never copies and never moves the reader
 * index: a request is told as positions relative to it.
 *
 * <p>Invariant: called again with more bytes behind the same reader index, it goes on where it
 * stopped; no byte is looked at twice, whatever the pieces in which a request arrives.
 *
 * <p>Where Redis tolerates a missing line feed or a bulk without its line end, this decoder reports
 * a protocol error: the bytes go on to a connection that other clients share, and a stricter server
 * behind it would end that connection for all of them.
 */
public final class RequestDecoder {

  /** What the bytes so far amount to. */
  public enum Progress {
    /** The request has not ended. */
    MORE,
    /** A whole request, an array of bulk strings. */
    FRAME,
    /** A large argument has begun: collect it with {@code decode} or pass it on as it comes. */
    LARGE,
    /** A whole request in one line of text. */
    INLINE,
    /** Nothing was asked (an empty line or an empty array), and nothing is answered. */
    EMPTY,
    /** Not the protocol: answer {@link #error()} and close. */
    ERROR
  }

  // What is expected next. Numbers, not an enum: to store a reference in an object that lives long
  // costs a memory fence with G1, and there would be four for each request.
  private static final int START = 0;
  private static final int BULK_HEADER = 1;
  private static final int BULK_BODY = 2;
  private static final int BULK_END = 3;
  private static final int DONE = 4;

  /** A stranger may send small requests only, so that memory is spent on those who signed in. */
  private static final int UNAUTHENTICATED_ARG_COUNT_MAX = 10;

  private static final int UNAUTHENTICATED_BULK_BYTES_MAX = 16384;

  private static final int ARGS_INITIAL = 16;

  /** Beyond this the position arrays of an exceptional request are given back after it. */
  private static final int ARGS_KEPT = 1024;

  private static final int CRLF = 0x0D0A;

  /** {@code *d\r\n} seen as one number, with the digit masked out. */
  private static final int ARRAY_ONE_DIGIT = 0x2A000D0A;

  private final RespLimits limits;
  private final HeaderLine header;
  private boolean authenticated = true;

  private int state = START;

  /** How far the frame is understood, relative to the reader index. */
  private int scanned;

  private int declaredArgCount;
  private int argCount;
  private int[] offsets = new int[ARGS_INITIAL];
  private int[] lengths = new int[ARGS_INITIAL];

  /** Length of the bulk string under way; while streaming, what is left of it. */
  private int bulkLength;

  private boolean largeReported;
  private int frameLength;
  private List<byte[]> inlineArgs = List.of();
  private String error = "";

  public RequestDecoder(RespLimits limits) {
    this.limits = limits;
    this.header = new HeaderLine(limits.inlineBytesMax());
  }

  /** Whether the client may send large requests; Redis limits those who have not signed in. */
  public void authenticated(boolean authenticated) {
    this.authenticated = authenticated;
  }

  /** Looks at what has arrived since the last call. */
  public Progress decode(ByteBuf in) {
    int base = in.readerIndex();
    int end = in.writerIndex();
    if (state == START) {
      // The common head, *d\r\n, with one read.
      if (end - base >= 4) {
        int word = in.getInt(base);
        int digit = (word >>> 16 & 0xFF) - '0';
        if ((word & HeaderLine.ONE_DIGIT_MASK) == ARRAY_ONE_DIGIT && digit > 0 && digit <= 9) {
          declaredArgCount = digit;
          scanned = 4;
          state = BULK_HEADER;
          return arguments(in, base, end);
        }
      }
      return start(in, base, end);
    }
    return arguments(in, base, end);
  }

  /** Bytes of the frame, counted from the reader index. */
  public int frameLength() {
    return frameLength;
  }

  /** Arguments that are there as a whole, the command's name included. */
  public int argCount() {
    return argCount;
  }

  /** Arguments that the request announced. */
  public int declaredArgCount() {
    return declaredArgCount;
  }

  /**
   * Where an argument begins, relative to the reader index. For {@code LARGE} also the argument at
   * {@link #argCount()}, whose bytes are still arriving.
   */
  public int argOffset(int i) {
    return offsets[i];
  }

  /** Bytes of an argument. */
  public int argLength(int i) {
    return lengths[i];
  }

  /** What was wrong, in the words of Redis, without the leading {@code -ERR}. */
  public String error() {
    return error;
  }

  /** The words of an inline request. */
  public List<byte[]> inlineArgs() {
    return inlineArgs;
  }

  /** Ready for the next request; the caller has moved the reader index behind this one. */
  public void reset() {
    state = START;
    scanned = 0;
    argCount = 0;
    declaredArgCount = 0;
    largeReported = false;
    if (offsets.length > ARGS_KEPT) {
      offsets = new int[ARGS_INITIAL];
      lengths = new int[ARGS_INITIAL];
    }
  }

  /**
   * Streaming: how many bytes from the reader index belong to this request and may go on now. The
   * caller takes them away before it calls again.
   *
   * @return the count, or -1 for a protocol error
   */
  public int streamable(ByteBuf in) {
    int base = in.readerIndex();
    int end = in.writerIndex();
    int at = base + scanned;
    boolean moving = true;
    while (moving) {
      switch (state) {
        case BULK_HEADER -> {
          Progress progress = bulkHeader(in, at, end);
          if (progress == Progress.ERROR) {
            return -1;
          }
          moving = progress == Progress.FRAME;
          at = moving ? header.next() : at;
        }
        case BULK_BODY -> {
          int here = Math.min(end - at, bulkLength);
          at += here;
          bulkLength -= here;
          moving = bulkLength == 0;
          state = moving ? BULK_END : BULK_BODY;
        }
        case BULK_END -> {
          moving = end - at >= 2;
          if (moving) {
            if (in.getShort(at) != CRLF) {
              fail("Protocol error: invalid bulk length");
              return -1;
            }
            at += 2;
            argCount++;
            state = argCount == declaredArgCount ? DONE : BULK_HEADER;
          }
        }
        default -> moving = false;
      }
    }
    scanned = 0;
    return at - base;
  }

  /** Streaming: the request ended with the bytes last reported. */
  public boolean streamDone() {
    return state == DONE;
  }

  /**
   * The first byte tells an array from a line of text.
   *
   * <pre>
   *   *3\r\n        an array of three
   *   PING\r\n      inline
   * </pre>
   */
  private Progress start(ByteBuf in, int base, int end) {
    if (end == base) {
      return Progress.MORE;
    }
    if (in.getByte(base) != '*') {
      return inline(in, base, end);
    }
    switch (header.read(in, base + 1, end)) {
      case MORE -> {
        return Progress.MORE;
      }
      case INVALID -> {
        return fail("Protocol error: invalid multibulk length");
      }
      case TOO_LONG -> {
        return fail("Protocol error: too big mbulk count string");
      }
      case COMPLETE -> {
        // Checked below.
      }
    }
    long count = header.value();
    if (count > limits.argCountMax()) {
      return fail("Protocol error: invalid multibulk length");
    }
    if (!authenticated && count > UNAUTHENTICATED_ARG_COUNT_MAX) {
      return fail("Protocol error: unauthenticated multibulk length");
    }
    if (count <= 0) {
      frameLength = header.next() - base;
      return Progress.EMPTY;
    }
    declaredArgCount = (int) count;
    scanned = header.next() - base;
    state = BULK_HEADER;
    return arguments(in, base, end);
  }

  /**
   * The arguments, one bulk string after the other.
   *
   * <pre>
   *   $3\r\n S E T \r\n $1\r\n k \r\n ...
   *          ^ offset   ^ at when the argument is complete
   * </pre>
   */
  private Progress arguments(ByteBuf in, int base, int end) {
    int at = base + scanned;
    while (true) {
      if (state == BULK_HEADER) {
        int length = HeaderLine.shortBulk(in, at, end);
        if (length >= 0) {
          at += HeaderLine.shortBulkBytes(length);
        } else {
          Progress progress = bulkHeader(in, at, end);
          if (progress != Progress.FRAME) {
            scanned = at - base;
            return progress;
          }
          at = header.next();
          length = bulkLength;
        }
        if (argCount == offsets.length) {
          growArgs();
        }
        offsets[argCount] = at - base;
        lengths[argCount] = length;
        bulkLength = length;
      }
      // In int arithmetic a bulk near 2 GB would overflow: compare what is left instead.
      if (end - at - 2 < bulkLength) {
        state = BULK_BODY;
        scanned = at - base;
        return large();
      }
      at += bulkLength;
      if (in.getShort(at) != CRLF) {
        return fail("Protocol error: invalid bulk length");
      }
      at += 2;
      if (++argCount == declaredArgCount) {
        state = DONE;
        frameLength = at - base;
        return Progress.FRAME;
      }
      state = BULK_HEADER;
    }
  }

  private Progress large() {
    if (bulkLength <= limits.streamBytesMin() || largeReported) {
      return Progress.MORE;
    }
    largeReported = true;
    return Progress.LARGE;
  }

  /** Any bulk header. {@code FRAME} means that it is complete, and {@code bulkLength} set. */
  private Progress bulkHeader(ByteBuf in, int at, int end) {
    if (end == at) {
      return Progress.MORE;
    }
    HeaderLine.Outcome outcome = header.read(in, at + 1, end);
    if (outcome == HeaderLine.Outcome.MORE) {
      return Progress.MORE;
    }
    if (outcome == HeaderLine.Outcome.TOO_LONG) {
      return fail("Protocol error: too big bulk count string");
    }
    byte marker = in.getByte(at);
    if (marker != '$') {
      return fail("Protocol error: expected '$', got '" + printable(marker));
    }
    long length = header.value();
    if (outcome == HeaderLine.Outcome.INVALID || length < 0 || length > limits.bulkBytesMax()) {
      return fail("Protocol error: invalid bulk length");
    }
    if (!authenticated && length > UNAUTHENTICATED_BULK_BYTES_MAX) {
      return fail("Protocol error: unauthenticated bulk length");
    }
    bulkLength = (int) length;
    state = BULK_BODY;
    return Progress.FRAME;
  }

  /** Redis formats with C strings: a zero byte ends the text, and line ends become blanks. */
  private static String printable(byte marker) {
    if (marker == 0) {
      return "";
    }
    char c = marker == '\r' || marker == '\n' ? ' ' : (char) (marker & 0xFF);
    return c + "'";
  }

  /** A line of words; the end may be a bare line feed. */
  private Progress inline(ByteBuf in, int base, int end) {
    int lineFeed = in.indexOf(base + scanned, end, (byte) '\n');
    if ((lineFeed < 0 ? end : lineFeed) - base > limits.inlineBytesMax()) {
      return fail("Protocol error: too big inline request");
    }
    if (lineFeed < 0) {
      scanned = end - base;
      return Progress.MORE;
    }
    frameLength = lineFeed + 1 - base;
    int textEnd = lineFeed > base && in.getByte(lineFeed - 1) == '\r' ? lineFeed - 1 : lineFeed;
    byte[] line = new byte[textEnd - base];
    in.getBytes(base, line);
    List<byte[]> words = InlineWords.split(line);
    if (words == null) {
      return fail("Protocol error: unbalanced quotes in request");
    }
    if (words.isEmpty()) {
      return Progress.EMPTY;
    }
    inlineArgs = words;
    argCount = words.size();
    declaredArgCount = argCount;
    return Progress.INLINE;
  }

  private void growArgs() {
    int size = Math.min(declaredArgCount, offsets.length * 2);
    offsets = Arrays.copyOf(offsets, size);
    lengths = Arrays.copyOf(lengths, size);
  }

  private Progress fail(String text) {
    error = text;
    return Progress.ERROR;
  }
}
