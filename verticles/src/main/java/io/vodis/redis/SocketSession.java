package io.vodis.redis;

import io.vertx.core.Vertx;
import io.vodis.model.HostAndPort;
import io.vodis.redis.RedisAdminException.Kind;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.LongFunction;
import org.jspecify.annotations.Nullable;

/**
 * {@link RedisSession} over a socket of its own, in RESP2: the client library neither lets go of a
 * lost connection for good nor sends a value in pieces. For virtual threads; one caller at a time.
 */
final class SocketSession implements RedisSession {

  private static final int BUFFER_BYTES = 64 << 10;
  private static final byte[] LINE_END = {'\r', '\n'};

  /** An error reply; inside of a list it is a text like any other. */
  private record ErrorReply(String words) {}

  @FunctionalInterface
  private interface Exchange<T> {
    T run() throws IOException;
  }

  private final Vertx vertx;
  private final HostAndPort server;

  /** What carries the bytes. Closing it wakes whoever waits, also in the midst of TLS. */
  private final Socket socket;

  private final InputStream in;
  private final OutputStream out;

  private SocketSession(Vertx vertx, HostAndPort server, Socket socket, Socket spoken)
      throws IOException {
    this.vertx = vertx;
    this.server = server;
    this.socket = socket;
    this.in = new BufferedInputStream(spoken.getInputStream(), BUFFER_BYTES);
    this.out = new BufferedOutputStream(spoken.getOutputStream(), BUFFER_BYTES);
  }

  /** Connects; returns when the server knows the connection by its name. */
  static SocketSession open(
      Vertx vertx,
      HostAndPort server,
      int database,
      ServerAccess access,
      String clientName,
      Duration timeout) {
    SocketSession session;
    Socket socket = new Socket();
    int timeoutMillis = (int) timeout.toMillis();
    try {
      socket.setTcpNoDelay(true);
      socket.connect(new InetSocketAddress(server.host(), server.port()), timeoutMillis);
      socket.setSoTimeout(timeoutMillis); // Only until a timer watches over each exchange.
      Socket spoken = socket;
      if (access.tls().isPresent()) {
        spoken = access.tls().get().over(vertx, socket, server);
      }
      socket.setSoTimeout(0);
      session = new SocketSession(vertx, server, socket, spoken);
    } catch (IOException e) {
      closeQuietly(socket);
      throw new RedisAdminException(server, Kind.UNREACHABLE, String.valueOf(e.getMessage()), e);
    }
    List<List<byte[]>> introduction = new ArrayList<>();
    List<String> auth = access.credentials(server).auth();
    if (!auth.isEmpty()) {
      introduction.add(Replies.command(auth.toArray(String[]::new)));
    }
    if (!clientName.isEmpty()) {
      introduction.add(Replies.command("CLIENT", "SETNAME", clientName));
    }
    introduction.add(Replies.command("SELECT", Integer.toString(database)));
    try {
      List<Reply> unused = session.callAll(timeout, introduction);
    } catch (RedisAdminException e) {
      session.close();
      throw e;
    }
    return session;
  }

  @Override
  public Reply call(Duration timeout, List<byte[]> command) {
    return callAll(timeout, List.of(command)).getFirst();
  }

  @Override
  public List<Reply> callAll(Duration timeout, List<List<byte[]>> commands) {
    return exchange(timeout, commands).stream().map(this::orThrow).toList();
  }

  @Override
  public List<Answer> callEach(Duration timeout, List<List<byte[]>> commands) {
    return exchange(timeout, commands).stream()
        .map(
            reply ->
                reply instanceof ErrorReply error
                    ? new Answer(new Reply.Null(), error.words())
                    : new Answer((Reply) reply, ""))
        .toList();
  }

  /** Replies and {@link ErrorReply}s. */
  private List<Object> exchange(Duration timeout, List<List<byte[]>> commands) {
    return within(
        timeout,
        () -> {
          for (List<byte[]> command : commands) {
            header('*', command.size());
            for (byte[] argument : command) {
              bulk(argument);
            }
          }
          out.flush();
          List<Object> read = new ArrayList<>(commands.size());
          for (int i = 0; i < commands.size(); i++) {
            read.add(read());
          }
          return read;
        });
  }

  @Override
  public void set(Duration timeout, byte[] key, long length, LongFunction<byte[]> pieceAt) {
    within(
        timeout,
        () -> {
          header('*', 3);
          bulk("SET".getBytes(StandardCharsets.US_ASCII));
          bulk(key);
          header('$', length);
          return length;
        });
    for (long at = 0; at < length; ) {
      byte[] piece = pieceAt.apply(at);
      if (piece.length == 0 || at + piece.length > length) {
        close(); // Half a command is never executed.
        throw new RedisAdminException(
            server, Kind.NO_ANSWER, "the value has changed while it was being sent", null);
      }
      within(
          timeout,
          () -> {
            out.write(piece);
            return piece;
          });
      at += piece.length;
    }
    Reply unused =
        orThrow(
            within(
                timeout,
                () -> {
                  out.write(LINE_END);
                  out.flush();
                  return read();
                }));
  }

  /** A socket that is closed by the timer wakes whoever waits for it, to read or to write. */
  private <T> T within(Duration timeout, Exchange<T> exchange) {
    long timer = vertx.setTimer(Math.max(1, timeout.toMillis()), fired -> closeQuietly(socket));
    try {
      return exchange.run();
    } catch (IOException e) {
      close();
      throw new RedisAdminException(server, Kind.NO_ANSWER, String.valueOf(e.getMessage()), e);
    } finally {
      vertx.cancelTimer(timer);
    }
  }

  private void header(char type, long count) throws IOException {
    out.write(type);
    out.write(Long.toString(count).getBytes(StandardCharsets.US_ASCII));
    out.write(LINE_END);
  }

  private void bulk(byte[] bytes) throws IOException {
    header('$', bytes.length);
    out.write(bytes);
    out.write(LINE_END);
  }

  private Reply orThrow(Object reply) {
    if (reply instanceof ErrorReply error) {
      throw new RedisAdminException(server, Kind.REFUSED, error.words(), null);
    }
    return (Reply) reply;
  }

  /** A {@link Reply} or an {@link ErrorReply}. */
  private Object read() throws IOException {
    String line = line();
    String rest = line.substring(1);
    return switch (line.charAt(0)) {
      case '+' -> new Reply.Text(rest.getBytes(StandardCharsets.ISO_8859_1));
      case '-' -> new ErrorReply(rest);
      case ':' -> new Reply.Number(Long.parseLong(rest));
      case '$' -> {
        byte[] bytes = bytes(Integer.parseInt(rest));
        yield bytes == null ? new Reply.Null() : new Reply.Text(bytes);
      }
      case '*' -> items(Integer.parseInt(rest));
      default -> throw new IOException("not a reply: " + line);
    };
  }

  private Reply items(int count) throws IOException {
    if (count < 0) {
      return new Reply.Null();
    }
    List<Reply> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Object item = read();
      items.add(
          item instanceof ErrorReply error
              ? new Reply.Text(error.words().getBytes(StandardCharsets.ISO_8859_1))
              : (Reply) item);
    }
    return new Reply.Items(items);
  }

  private byte @Nullable [] bytes(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    byte[] bytes = in.readNBytes(length + LINE_END.length);
    if (bytes.length < length + LINE_END.length) {
      throw new EOFException("connection closed");
    }
    return Arrays.copyOf(bytes, length);
  }

  private String line() throws IOException {
    StringBuilder line = new StringBuilder();
    for (int next = in.read(); next != '\n'; next = in.read()) {
      if (next < 0) {
        throw new EOFException("connection closed");
      }
      if (next != '\r') {
        line.append((char) next);
      }
    }
    if (line.isEmpty()) {
      throw new IOException("an empty line is no reply");
    }
    return line.toString();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      // It is of no use any more in either case.
    }
  }

  @Override
  public void close() {
    closeQuietly(socket);
  }
}
