package io.vodis.testsupport;

import io.vodis.model.HostAndPort;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;

/**
 * A tiny blocking Redis client that hides nothing: what is sent, in how many pieces, and what comes
 * back are the test's to decide. A lost connection or a time-out is an {@link
 * UncheckedIOException}.
 *
 * <p>Replies become {@code String} (status and bulk, as UTF-8), {@code Long}, {@code null}, {@code
 * List}, {@link RespError}, and for RESP3 {@code Map}, {@code Double}, {@code Boolean}, {@link
 * RespPush}.
 */
public final class RespClient implements AutoCloseable {

  private static final byte[] CRLF = {'\r', '\n'};

  private final Socket socket;
  private final InputStream in;
  private final OutputStream out;
  private @Nullable ByteArrayOutputStream recorded;

  private RespClient(Socket socket, HostAndPort address, Duration timeout) throws IOException {
    this.socket = socket;
    socket.setTcpNoDelay(true);
    int timeoutMillis = Math.toIntExact(timeout.toMillis());
    try {
      socket.connect(new InetSocketAddress(address.host(), address.port()), timeoutMillis);
      socket.setSoTimeout(timeoutMillis);
      if (socket instanceof SSLSocket tls) {
        tls.startHandshake();
      }
      in = new BufferedInputStream(socket.getInputStream(), 64 * 1024);
      out = new BufferedOutputStream(socket.getOutputStream(), 64 * 1024);
    } catch (IOException e) {
      socket.close();
      throw e;
    }
  }

  /** Connects; each later read waits at most ten seconds. */
  public static RespClient connect(HostAndPort address) {
    return connect(address, Duration.ofSeconds(10));
  }

  /** Connects; the time-out holds for the connection and for each later read. */
  public static RespClient connect(HostAndPort address, Duration timeout) {
    return connect(new Socket(), address, timeout);
  }

  /** Connects over TLS. */
  public static RespClient connect(HostAndPort address, SSLContext context) {
    try {
      return connect(context.getSocketFactory().createSocket(), address, Duration.ofSeconds(10));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static RespClient connect(Socket socket, HostAndPort address, Duration timeout) {
    try {
      return new RespClient(socket, address, timeout);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot connect to " + address + ": " + e.getMessage(), e);
    }
  }

  public static RespClient connect(String host, int port) {
    return connect(new HostAndPort(host, port));
  }

  /** One command, one reply. */
  public @Nullable Object call(String... command) {
    send(command);
    flush();
    return receive();
  }

  /** One command with opaque arguments, one reply. */
  public @Nullable Object call(byte[]... command) {
    send(command);
    flush();
    return receive();
  }

  /** The reply to a command that must not fail. */
  public @Nullable Object expect(String... command) {
    Object reply = call(command);
    if (reply instanceof RespError error) {
      throw new AssertionError(String.join(" ", command) + ": " + error.message());
    }
    return reply;
  }

  /** The reply to a command that must answer with a number. */
  public long expectNumber(String... command) {
    if (expect(command) instanceof Long number) {
      return number;
    }
    throw new AssertionError(String.join(" ", command) + " does not answer with a number");
  }

  /** The reply to a command that must answer with a text. */
  public String expectText(String... command) {
    if (expect(command) instanceof String text) {
      return text;
    }
    throw new AssertionError(String.join(" ", command) + " does not answer with a text");
  }

  /** The reply to a command that must answer with an array. */
  public List<?> expectList(String... command) {
    if (expect(command) instanceof List<?> list) {
      return list;
    }
    throw new AssertionError(String.join(" ", command) + " does not answer with an array");
  }

  /** A bulk reply as the bytes it is. */
  public byte[] expectBytes(String... command) {
    send(command);
    flush();
    String raw = receiveRaw();
    if (!raw.startsWith("$") || raw.startsWith("$-")) {
      throw new AssertionError(String.join(" ", command) + ": " + raw);
    }
    String content = raw.substring(raw.indexOf('\n') + 1, raw.length() - 2);
    return content.getBytes(StandardCharsets.ISO_8859_1);
  }

  /** All commands in one write, then all replies in order. */
  public List<@Nullable Object> pipeline(List<String[]> commands) {
    for (String[] command : commands) {
      send(command);
    }
    flush();
    List<@Nullable Object> replies = new ArrayList<>(commands.size());
    for (int i = 0; i < commands.size(); i++) {
      replies.add(receive());
    }
    return replies;
  }

  /** Buffers one command; {@link #flush} sends it. */
  public void send(String... command) {
    byte[][] arguments = new byte[command.length][];
    for (int i = 0; i < command.length; i++) {
      arguments[i] = command[i].getBytes(StandardCharsets.UTF_8);
    }
    send(arguments);
  }

  /** Buffers one command; {@link #flush} sends it. */
  public void send(byte[]... command) {
    try {
      out.write(("*" + command.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
      for (byte[] argument : command) {
        out.write(("$" + argument.length + "\r\n").getBytes(StandardCharsets.US_ASCII));
        out.write(argument);
        out.write(CRLF);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends bytes as they are, at once. */
  public void sendRaw(byte[] bytes) {
    try {
      out.write(bytes);
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Sends text as it is (one byte per character), at once. */
  public void sendRaw(String text) {
    sendRaw(text.getBytes(StandardCharsets.ISO_8859_1));
  }

  public void flush() {
    try {
      out.flush();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next reply. */
  public @Nullable Object receive() {
    try {
      return read();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The next reply as the bytes that came, one character per byte. */
  public String receiveRaw() {
    recorded = new ByteArrayOutputStream();
    try {
      receive();
      return recorded.toString(StandardCharsets.ISO_8859_1);
    } finally {
      recorded = null;
    }
  }

  /** Whether the peer closes the connection before it sends another byte. */
  public boolean isClosedByPeer() {
    try {
      return in.read() < 0;
    } catch (java.net.SocketTimeoutException open) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  /** Changes how long a read waits. */
  public void timeout(Duration timeout) {
    try {
      socket.setSoTimeout(Math.toIntExact(timeout.toMillis()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Ends the sending direction only, like a client that is done. */
  public void shutdownOutput() {
    try {
      out.flush();
      socket.shutdownOutput();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private @Nullable Object read() throws IOException {
    int marker = readByte();
    String line = readLine();
    return switch (marker) {
      case '+' -> line;
      case '-' -> new RespError(line);
      case ':' -> Long.valueOf(line);
      case '$', '=' -> readBulk(Integer.parseInt(line));
      case '!' -> new RespError(String.valueOf(readBulk(Integer.parseInt(line))));
      case '*', '~' -> readItems(Integer.parseInt(line));
      case '>' -> new RespPush(nonNull(readItems(Integer.parseInt(line))));
      case '%' -> readMap(Integer.parseInt(line));
      case '_' -> null;
      case ',' -> Double.valueOf(line.replace("inf", "Infinity").replace("nan", "NaN"));
      case '#' -> line.equals("t");
      case '(' -> new java.math.BigInteger(line);
      default -> throw new IOException("unexpected reply '" + (char) marker + line + "'");
    };
  }

  private @Nullable String readBulk(int length) throws IOException {
    if (length < 0) {
      return null;
    }
    byte[] bytes = in.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("connection closed in the middle of a reply");
    }
    if (recorded != null) {
      recorded.write(bytes);
    }
    readByte();
    readByte();
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private @Nullable List<@Nullable Object> readItems(int count) throws IOException {
    if (count < 0) {
      return null;
    }
    List<@Nullable Object> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      items.add(read());
    }
    return items;
  }

  private Map<@Nullable Object, @Nullable Object> readMap(int count) throws IOException {
    Map<@Nullable Object, @Nullable Object> map = new LinkedHashMap<>();
    for (int i = 0; i < count; i++) {
      Object key = read();
      map.put(key, read());
    }
    return map;
  }

  private static List<@Nullable Object> nonNull(@Nullable List<@Nullable Object> items) {
    return items == null ? List.of() : items;
  }

  private String readLine() throws IOException {
    StringBuilder line = new StringBuilder();
    int b = readByte();
    while (b != '\r') {
      line.append((char) b);
      b = readByte();
    }
    readByte();
    return line.toString();
  }

  private int readByte() throws IOException {
    int b = in.read();
    if (b < 0) {
      throw new EOFException("connection closed by the server");
    }
    if (recorded != null) {
      recorded.write(b);
    }
    return b;
  }

  @Override
  public void close() {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
