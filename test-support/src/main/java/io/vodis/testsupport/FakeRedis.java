package io.vodis.testsupport;

import io.vodis.model.HostAndPort;
import java.io.BufferedInputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A server that speaks RESP and answers as the test scripts it: late, never, with garbage, or by
 * closing. Each connection has a thread of its own and answers in order.
 *
 * <p>Unscripted, it answers what connections need to come up ({@code PING AUTH SELECT CLIENT
 * READONLY}), refuses {@code HELLO} like a server before Redis 6, and calls all else unknown.
 */
public final class FakeRedis implements AutoCloseable {

  /** What to do with one request. */
  public sealed interface Answer {

    /** Sends these bytes, one per character, right or wrong RESP. */
    record Bytes(String bytes) implements Answer {}

    /** Answers later; requests behind it on the connection wait too, as with a real server. */
    record After(Duration delay, Answer answer) implements Answer {}

    /** Never answers this request, and goes on with the next one. */
    record Nothing() implements Answer {}

    /** Sends these bytes, if any, then closes the connection. */
    record Close(String bytes) implements Answer {}

    static Answer ok() {
      return new Bytes("+OK\r\n");
    }

    static Answer bulk(String value) {
      int length = value.getBytes(StandardCharsets.ISO_8859_1).length;
      return new Bytes("$" + length + "\r\n" + value + "\r\n");
    }

    static Answer number(long value) {
      return new Bytes(":" + value + "\r\n");
    }

    static Answer error(String message) {
      return new Bytes("-" + message + "\r\n");
    }

    static Answer nil() {
      return new Bytes("$-1\r\n");
    }

    static Answer close() {
      return new Close("");
    }
  }

  /**
   * A request as received.
   *
   * @param connection number of the connection, from 1 in order of acceptance
   */
  public record Received(int connection, List<String> arguments) {

    /** The command, in upper case. */
    public String command() {
      return arguments.getFirst().toUpperCase(Locale.ROOT);
    }
  }

  private final ServerSocket listener;
  private final Map<String, Function<Received, Answer>> scripts = new ConcurrentHashMap<>();
  private final List<Received> received = new CopyOnWriteArrayList<>();
  private final Set<Socket> open = ConcurrentHashMap.newKeySet();
  private final AtomicInteger accepted = new AtomicInteger();
  private volatile @Nullable Function<Received, Answer> fallback;

  private FakeRedis(int port) {
    try {
      listener = new ServerSocket(port, 128, InetAddress.getLoopbackAddress());
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    for (String command : List.of("AUTH", "SELECT", "CLIENT", "READONLY")) {
      on(command, Answer.ok());
    }
    on("PING", new Answer.Bytes("+PONG\r\n"));
    on("HELLO", Answer.error("ERR unknown command `HELLO`, with args beginning with: "));
    Thread.ofVirtual().name("fake-redis-accept").start(this::accept);
  }

  public static FakeRedis start() {
    return new FakeRedis(FreePorts.next());
  }

  /** Always answers the command so. */
  public FakeRedis on(String command, Answer answer) {
    return on(command, request -> answer);
  }

  /** Answers the command as computed; the function may block. */
  public FakeRedis on(String command, Function<Received, Answer> script) {
    scripts.put(command.toUpperCase(Locale.ROOT), script);
    return this;
  }

  /** Answers everything that has no script of its own. */
  public FakeRedis otherwise(Function<Received, Answer> script) {
    fallback = script;
    return this;
  }

  public HostAndPort address() {
    return new HostAndPort("127.0.0.1", listener.getLocalPort());
  }

  /** Every request so far, in order of arrival per connection. */
  public List<Received> received() {
    return List.copyOf(received);
  }

  /** The requests so far of one command. */
  public List<Received> received(String command) {
    return received.stream().filter(r -> r.command().equals(command)).toList();
  }

  public int connectionsAccepted() {
    return accepted.get();
  }

  public int connectionsOpen() {
    return open.size();
  }

  /** Closes every open connection; new ones are accepted. */
  public void closeConnections() {
    for (Socket socket : open) {
      closeQuietly(socket);
    }
  }

  private void accept() {
    while (!listener.isClosed()) {
      try {
        Socket socket = listener.accept();
        socket.setTcpNoDelay(true);
        open.add(socket);
        int number = accepted.incrementAndGet();
        Thread.ofVirtual().name("fake-redis-" + number).start(() -> serve(socket, number));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket, int number) {
    try (socket) {
      InputStream in = new BufferedInputStream(socket.getInputStream());
      boolean keep = true;
      while (keep) {
        Received request = new Received(number, readRequest(in));
        received.add(request);
        keep = send(socket, answer(request));
      }
    } catch (IOException closed) {
      // The peer or the test has closed the connection: nothing is left to answer.
    } finally {
      open.remove(socket);
    }
  }

  private Answer answer(Received request) {
    Function<Received, Answer> script = scripts.get(request.command());
    if (script == null) {
      script = fallback;
    }
    return script != null
        ? script.apply(request)
        : Answer.error("ERR unknown command `" + request.command() + "`");
  }

  private static boolean send(Socket socket, Answer answer) throws IOException {
    switch (answer) {
      case Answer.Bytes reply -> {
        socket.getOutputStream().write(reply.bytes().getBytes(StandardCharsets.ISO_8859_1));
        return true;
      }
      case Answer.After later -> {
        Poll.pass(later.delay());
        return send(socket, later.answer());
      }
      case Answer.Nothing nothing -> {
        return true;
      }
      case Answer.Close last -> {
        socket.getOutputStream().write(last.bytes().getBytes(StandardCharsets.ISO_8859_1));
        return false;
      }
    }
  }

  private static List<String> readRequest(InputStream in) throws IOException {
    String header = readLine(in);
    if (!header.startsWith("*")) {
      return List.of(header.split(" ", -1));
    }
    int count = Integer.parseInt(header.substring(1));
    List<String> arguments = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = Integer.parseInt(readLine(in).substring(1));
      byte[] bytes = in.readNBytes(length + 2);
      if (bytes.length < length + 2) {
        throw new EOFException();
      }
      arguments.add(new String(bytes, 0, length, StandardCharsets.ISO_8859_1));
    }
    return List.copyOf(arguments);
  }

  private static String readLine(InputStream in) throws IOException {
    StringBuilder line = new StringBuilder();
    int b = in.read();
    while (b != '\n') {
      if (b < 0) {
        throw new EOFException();
      }
      if (b != '\r') {
        line.append((char) b);
      }
      b = in.read();
    }
    return line.toString();
  }

  private static void closeQuietly(Socket socket) {
    try {
      socket.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    try {
      listener.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    closeConnections();
  }
}
