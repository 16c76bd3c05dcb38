package io.vodis.testsupport.codis;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * SLOTSMGRTONE and its kin: keys go as dumps over one cached connection per target, and the whole
 * server stands still until they are there. Used under the server's lock.
 */
final class SyncMoves {

  private static final long IDLE_NANOS = 15_000_000_000L;
  private static final int PIECE = 64 << 10;

  private static final class Cached {
    private final Socket socket;
    private final InputStream in;
    private int database = -1;
    private boolean authorized;
    private long lastNanos = System.nanoTime();

    private Cached(Socket socket, boolean authorized) throws IOException {
      this.socket = socket;
      this.in = new BufferedInputStream(socket.getInputStream());
      this.authorized = authorized;
    }
  }

  private final String password;
  private final Map<String, Cached> sockets = new HashMap<>();

  SyncMoves(String password) {
    this.password = password;
  }

  /** Moves keys that exist; returns an error reply, or null if they are gone from here. */
  @Nullable String move(
      Engine engine, int database, String host, String port, int timeout, List<String> keys) {
    String name = host + ":" + port;
    Cached to = sockets.get(name);
    if (to == null) {
      try {
        Socket socket = new Socket();
        socket.setTcpNoDelay(true);
        socket.connect(new InetSocketAddress(host, Integer.parseInt(port)), timeout);
        to = new Cached(socket, password.isEmpty());
        sockets.put(name, to);
      } catch (java.net.SocketTimeoutException e) {
        return "-IOERR error or timeout connecting to the client\r\n";
      } catch (IOException | IllegalArgumentException e) {
        return Wire.error("Can't connect to target node: " + e.getMessage());
      }
    }
    to.lastNanos = System.nanoTime();
    if (keys.isEmpty()) {
      return null;
    }
    List<String> restore = dumps(engine, keys);
    if (restore.size() == 1) {
      return null;
    }
    String error = transfer(to, database, timeout, restore);
    if (error != null) {
      close(name);
      return error;
    }
    List<String> delete = new ArrayList<>(List.of("DEL"));
    delete.addAll(keys);
    engine.call(delete);
    return null;
  }

  private static List<String> dumps(Engine engine, List<String> keys) {
    List<List<String>> questions = new ArrayList<>();
    for (String key : keys) {
      questions.add(List.of("PTTL", key));
      questions.add(List.of("DUMP", key));
    }
    List<@Nullable Object> answers = engine.callAll(questions);
    List<String> restore = new ArrayList<>(List.of("SLOTSRESTORE"));
    for (int i = 0; i < keys.size(); i++) {
      Object dump = answers.get(2 * i + 1);
      if (dump != null) {
        long ttl = (Long) answers.get(2 * i);
        restore.add(keys.get(i));
        restore.add(Long.toString(ttl == -1 ? 0 : Math.max(1, ttl)));
        restore.add((String) dump);
      }
    }
    return restore;
  }

  private @Nullable String transfer(Cached to, int database, int timeout, List<String> restore) {
    boolean authorizes = !to.authorized;
    boolean selects = to.database != database;
    StringBuilder text = new StringBuilder();
    if (authorizes) {
      text.append(Wire.command(List.of("AUTH", password)));
    }
    if (selects) {
      text.append(Wire.command(List.of("SELECT", Integer.toString(database))));
    }
    text.append(Wire.command(restore));
    byte[] bytes = Wire.bytes(text.toString());
    try {
      to.socket.setSoTimeout(timeout);
      for (int at = 0; at < bytes.length; at += PIECE) {
        write(to.socket, bytes, at, Math.min(PIECE, bytes.length - at), timeout);
      }
    } catch (IOException e) {
      return "-IOERR error or timeout writing to target\r\n";
    }
    try {
      if (authorizes) {
        if (Wire.reply(to.in) instanceof Wire.Failure) {
          return Wire.error("error on slotsrestore, auth failed");
        }
        to.authorized = true;
      }
      if (selects) {
        if (Wire.reply(to.in) instanceof Wire.Failure) {
          return Wire.error("error on slotsrestore, select failed");
        }
        to.database = database;
      }
      if (Wire.reply(to.in) instanceof Wire.Failure) {
        return Wire.error("error on slotsrestore, migration failed");
      }
      return null;
    } catch (IOException e) {
      return "-IOERR error or timeout reading from target\r\n";
    }
  }

  /** A target that takes nothing in holds the server up for no longer than that. */
  private static void write(Socket socket, byte[] bytes, int from, int length, int timeout)
      throws IOException {
    CountDownLatch written = new CountDownLatch(1);
    Thread.ofVirtual()
        .start(
            () -> {
              try {
                if (!written.await(timeout, TimeUnit.MILLISECONDS)) {
                  socket.close();
                }
              } catch (IOException | InterruptedException e) {
                // It is closed, or the tests are over.
              }
            });
    try {
      socket.getOutputStream().write(bytes, from, length);
    } finally {
      written.countDown();
    }
  }

  /** Closes what has not been used for long. */
  void tick() {
    List<String> idle = new ArrayList<>();
    sockets.forEach(
        (name, cached) -> {
          if (System.nanoTime() - cached.lastNanos > IDLE_NANOS) {
            idle.add(name);
          }
        });
    idle.forEach(this::close);
  }

  private void close(String name) {
    try {
      Cached cached = sockets.remove(name);
      if (cached != null) {
        cached.socket.close();
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void closeAll() {
    List.copyOf(sockets.keySet()).forEach(this::close);
  }
}
