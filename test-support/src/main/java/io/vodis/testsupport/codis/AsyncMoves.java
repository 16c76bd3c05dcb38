package io.vodis.testsupport.codis;

import io.vodis.testsupport.codis.KeyTransfer.Step;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * SLOTSMGRTTAGSLOT-ASYNC and its kin, in one database: at most one batch at a time, sent message by
 * message as the target acknowledges them, and deleted here when it has acknowledged all. Used
 * under the server's lock.
 */
final class AsyncMoves {

  private static final long IDLE_MILLIS = 60_000;
  private static final int FIRST_MESSAGES = 3;
  private static final int MESSAGES_PER_ACK = 2;

  /** Above those of all sessions. */
  private static final long CLIENT_ID = 1_000_000_000;

  /** What a batch is asked to do. */
  record Order(
      String host, int port, long timeout, int maxBulks, long maxBytes, @Nullable Integer slot) {}

  /** A batch under way. */
  private static final class Batch {
    private final Order order;
    private final Set<String> keys = new LinkedHashSet<>();
    private final Set<Long> tags = new LinkedHashSet<>();
    private final ArrayDeque<KeyTransfer> transfers = new ArrayDeque<>();
    private final List<String> removed = new ArrayList<>();
    private long estimate;

    private Batch(Order order) {
      this.order = order;
    }
  }

  private final Lock lock;
  private final SlotIndex index;
  private final Engine engine;
  private final int database;
  private final String password;
  private final List<Consumer<String>> waiting = new ArrayList<>();
  private final AtomicLong buffered = new AtomicLong();
  private @Nullable Socket socket;
  private BlockingQueue<byte[]> outgoing = new LinkedBlockingQueue<>();
  private @Nullable Batch batch;
  private String host = "";
  private int port;
  private boolean used;
  private long timeout;
  private long lastUse;
  private long sending;

  /**
   * The transfers of a database.
   *
   * @param engine of its own, the database selected
   */
  AsyncMoves(Lock lock, SlotIndex index, Engine engine, int database, String password) {
    this.lock = lock;
    this.index = index;
    this.engine = engine;
    this.database = database;
    this.password = password;
  }

  boolean isMoving() {
    return socket != null && batch != null;
  }

  /** Whether the key, or one with its tag, is in the batch under way. */
  boolean contains(String key) {
    Batch now = batch;
    return isMoving()
        && now != null
        && (now.keys.contains(key)
            || SlotIndex.isTagged(key) && now.tags.contains(SlotIndex.crc(key)));
  }

  /** Has {@code onEnd} told the reply of the batch under way. */
  void await(Consumer<String> onEnd) {
    waiting.add(onEnd);
  }

  /** Moves keys, with their families if so asked; their number is known when all are gone. */
  void moveKeys(Order order, boolean families, List<String> keys, Consumer<String> onEnd) {
    Batch next = begin(order, onEnd);
    if (next != null) {
      List<Long> messages = KeyTransfer.messages(engine, keys, order.maxBulks());
      for (int i = 0; i < keys.size(); i++) {
        add(next, families, keys.get(i), messages.get(i));
      }
      go(next, onEnd);
    }
  }

  /** Moves keys of a slot until about so many messages are needed for them. */
  void moveSlot(Order order, boolean families, int slot, long numKeys, Consumer<String> onEnd) {
    Batch next = begin(order, onEnd);
    if (next == null) {
      return;
    }
    List<String> all = index.inSlot(database, slot);
    List<String> keys = all.subList(0, (int) Math.min(all.size(), 2 * numKeys));
    List<Long> messages = KeyTransfer.messages(engine, keys, order.maxBulks());
    for (int i = 0; i < keys.size() && next.estimate < numKeys; i++) {
      if (next.estimate == 0 || next.estimate + messages.get(i) <= numKeys * 2) {
        add(next, families, keys.get(i), messages.get(i));
      }
    }
    go(next, onEnd);
  }

  private @Nullable Batch begin(Order order, Consumer<String> onEnd) {
    if (socket == null || !order.host().equals(host) || order.port() != port) {
      if (!connect(order)) {
        onEnd.accept(
            Wire.error("create client to " + order.host() + ":" + order.port() + " failed"));
        return null;
      }
    }
    return new Batch(order);
  }

  private boolean connect(Order order) {
    Socket opened = new Socket();
    try {
      opened.setTcpNoDelay(true);
      opened.connect(
          new InetSocketAddress(order.host(), order.port()),
          (int) Math.max(1, Math.min(100, order.timeout())));
    } catch (IOException e) {
      return false;
    }
    release("interrupted: build new connection");
    socket = opened;
    outgoing = new LinkedBlockingQueue<>();
    buffered.set(0);
    host = order.host();
    port = order.port();
    used = false;
    sending = 0;
    BlockingQueue<byte[]> queue = outgoing;
    Thread.ofVirtual().name("fake-codis-out").start(() -> write(opened, queue));
    Thread.ofVirtual().name("fake-codis-acks").start(() -> read(opened));
    return true;
  }

  private void write(Socket to, BlockingQueue<byte[]> queue) {
    try {
      while (!to.isClosed()) {
        byte[] bytes = queue.take();
        to.getOutputStream().write(bytes);
        buffered.addAndGet(-bytes.length);
      }
    } catch (IOException closed) {
      // The reader learns it too.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void read(Socket from) {
    try {
      InputStream in = new BufferedInputStream(from.getInputStream());
      while (true) {
        List<String> ack = Wire.request(in);
        lock.lock();
        try {
          if (socket != from) {
            return;
          }
          if (ack == null || !onAck(ack)) {
            release("interrupted: connection closed");
            return;
          }
        } finally {
          lock.unlock();
        }
      }
    } catch (IOException closed) {
      lock.lock();
      try {
        if (socket == from) {
          release("interrupted: connection closed");
        }
      } finally {
        lock.unlock();
      }
    }
  }

  private void add(Batch to, boolean families, String key, long messages) {
    addOne(to, key, messages);
    if (SlotIndex.isTagged(key) && to.tags.add(SlotIndex.crc(key)) && families) {
      List<String> family = index.family(database, key);
      List<Long> each = KeyTransfer.messages(engine, family, to.order.maxBulks());
      for (int i = 0; i < family.size(); i++) {
        addOne(to, family.get(i), each.get(i));
      }
    }
  }

  private void addOne(Batch to, String key, long messages) {
    if (to.keys.add(key)) {
      to.estimate += messages;
      to.transfers.add(new KeyTransfer(engine, key, to.order.timeout(), to.order.maxBulks()));
    }
  }

  private void go(Batch next, Consumer<String> onEnd) {
    timeout = next.order.timeout();
    lastUse = System.currentTimeMillis();
    batch = next;
    waiting.add(onEnd);
    sending = sendSome(next, FIRST_MESSAGES);
    if (sending == 0) {
      batch = null;
      tellWaiting(reply(next));
    }
  }

  private long sendSome(Batch of, long atLeast) {
    long messages = 0;
    while (messages < atLeast && !of.transfers.isEmpty() && buffered.get() < of.order.maxBytes()) {
      KeyTransfer head = of.transfers.getFirst();
      Step step = head.next(Math.max(0, of.order.maxBytes() - buffered.get()));
      if (!step.messages().isEmpty() && !used) {
        used = true;
        if (!password.isEmpty()) {
          queue(List.of("SLOTSRESTORE-ASYNC-AUTH", password));
          messages++;
        }
        queue(List.of("SLOTSRESTORE-ASYNC-SELECT", Integer.toString(database)));
        messages++;
      }
      step.messages().forEach(this::queue);
      messages += step.messages().size();
      if (step.last()) {
        of.transfers.removeFirst();
        if (head.existed()) {
          of.removed.add(head.key());
        }
      }
    }
    return messages;
  }

  private void queue(List<String> message) {
    byte[] bytes = Wire.bytes(Wire.command(message));
    buffered.addAndGet(bytes.length);
    outgoing.add(bytes);
  }

  private boolean onAck(List<String> ack) {
    Batch now = batch;
    if (!ack.getFirst().equalsIgnoreCase("SLOTSRESTORE-ASYNC-ACK")
        || ack.size() != 3
        || !ack.get(1).equals("0")
        || now == null
        || sending == 0) {
      return false;
    }
    lastUse = System.currentTimeMillis();
    sending += sendSome(now, MESSAGES_PER_ACK) - 1;
    if (sending == 0) {
      // Told first, as the original does: both happen before any other command.
      String reply = reply(now);
      batch = null;
      if (!now.removed.isEmpty()) {
        List<String> delete = new ArrayList<>(List.of("DEL"));
        delete.addAll(now.removed);
        engine.call(delete);
      }
      tellWaiting(reply);
    }
    return true;
  }

  private String reply(Batch of) {
    Integer slot = of.order.slot();
    String moved = Wire.number(of.removed.size());
    return slot == null
        ? moved
        : Wire.array(List.of(moved, Wire.number(index.inSlot(database, slot).size())));
  }

  private void tellWaiting(String reply) {
    List<Consumer<String>> told = List.copyOf(waiting);
    waiting.clear();
    told.forEach(each -> each.accept(reply));
  }

  /** Drops the cached connection and what is under way on it; whether there was one. */
  boolean release(String reason) {
    Socket open = socket;
    if (open == null) {
      return false;
    }
    socket = null;
    batch = null;
    sending = 0;
    tellWaiting(Wire.error(reason));
    try {
      open.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return true;
  }

  /** Its line in CLIENT LIST, if there is a connection. */
  String describe() {
    return socket == null
        ? ""
        : "id=%d addr=%s:%d fd=%d name= age=0 idle=0 flags=N db=%d sub=0 psub=0 multi=-1"
                .formatted(CLIENT_ID + database, host, port, database + 500, database)
            + " qbuf=0 qbuf-free=32768 obl=0 oll=0 omem=0 events=r cmd=slotsrestore-async-ack\n";
  }

  /** Whether it was the one to be ended. */
  boolean kill(String filter, String wanted) {
    boolean meant =
        switch (filter) {
          case "ID" -> wanted.equals(Long.toString(CLIENT_ID + database));
          case "ADDR" -> wanted.equals(host + ":" + port);
          case "TYPE" -> wanted.equalsIgnoreCase("normal");
          default -> false;
        };
    return meant && release("interrupted: connection closed");
  }

  /** Gives up what takes too long. */
  void tick() {
    long elapsed = System.currentTimeMillis() - lastUse;
    if (socket != null && elapsed > (batch != null ? timeout : IDLE_MILLIS)) {
      release(batch != null ? "interrupted: migration timeout" : "interrupted: idle timeout");
    }
  }

  /** The reply to SLOTSMGRT-ASYNC-STATUS. */
  String status() {
    if (socket == null) {
      return "*-1\r\n";
    }
    List<String> fields = new ArrayList<>();
    field(fields, "host", Wire.bulk(host));
    field(fields, "port", digits(port));
    field(fields, "used", digits(used ? 1 : 0));
    field(fields, "timeout", digits(timeout));
    field(fields, "lastuse", digits(lastUse));
    field(fields, "since_lastuse", digits(System.currentTimeMillis() - lastUse));
    field(fields, "sending_msgs", digits(sending));
    field(fields, "blocked_clients", digits(waiting.size()));
    field(fields, "batched_iterator", batch == null ? "*-1\r\n" : status(batch));
    return Wire.array(fields);
  }

  private static String status(Batch of) {
    List<String> fields = new ArrayList<>();
    String names = Wire.array(of.keys.stream().map(Wire::bulk).toList());
    field(fields, "keys", Wire.array(List.of(digits(of.keys.size()), names)));
    field(fields, "timeout", digits(of.order.timeout()));
    field(fields, "maxbulks", digits(of.order.maxBulks()));
    field(fields, "maxbytes", digits(of.order.maxBytes()));
    field(fields, "estimate_msgs", digits(of.estimate));
    field(fields, "removed_keys", digits(of.removed.size()));
    field(fields, "chunked_vals", digits(0));
    String first = of.transfers.isEmpty() ? "*-1\r\n" : of.transfers.getFirst().status();
    field(fields, "iterators", Wire.array(List.of(digits(of.transfers.size()), first)));
    return Wire.array(fields);
  }

  private static void field(List<String> to, String name, String value) {
    to.add(Wire.bulk(name));
    to.add(value);
  }

  static String digits(long value) {
    return Wire.bulk(Long.toString(value));
  }
}
