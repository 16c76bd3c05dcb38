package io.vodis.proxy.transaction;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.vodis.proxy.command.CommandSpec;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.migrate.Key;
import io.vodis.proxy.session.ClientLine;
import io.vodis.proxy.session.Replay;
import io.vodis.proxy.session.SessionLimits;
import io.vodis.proxy.session.SessionState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.Collections;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What a session has queued since MULTI: the commands for the server of its slots, as one block of
 * bytes ready to be sent, and in between those that the proxy answers itself.
 *
 * <p>Invariant: all keys of the block are in its slots, which one server had when they were added;
 * it is within its bounds.
 */
public final class OpenTransaction implements SessionState {

  private static final byte[] MULTI = ascii("*1\r\n$5\r\nMULTI\r\n");
  private static final byte[] EXEC = ascii("*1\r\n$4\r\nEXEC\r\n");

  /** An element of the reply that does not come, or not only, from the server. */
  private record Own(Replay.Element element, boolean replacesServersReply) {}

  private final SessionLimits limits;
  private final int originalDatabase;
  private final List<Key> keys = new ArrayList<>();
  private final BitSet slots;
  private final Set<String> scripts = new LinkedHashSet<>();
  private int database;
  private int count;
  private int serverCount;
  private long bytes;
  private @Nullable ByteBuf block;
  private @Nullable TransactionBlock finished;

  /** By position; null stands for a command of the server's. Null as long as all are. */
  private @Nullable List<@Nullable Own> own;

  private boolean writes;
  private boolean callsFunction;
  private boolean runsScript;
  private boolean failed;
  private boolean reachedQueue;

  OpenTransaction(SessionLimits limits, BitSet slots, int database) {
    this.limits = limits;
    this.slots = (BitSet) slots.clone();
    this.originalDatabase = database;
    this.database = database;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** A request is about to be checked; {@link #onChecked} says what came of it. */
  public void onRequest() {
    reachedQueue = false;
  }

  /** It has been admitted. */
  public void onAdmitted() {
    reachedQueue = true;
  }

  /** It is over; one that was refused makes EXEC fail. */
  public void onChecked() {
    if (!reachedQueue) {
      fail();
    }
  }

  /** EXEC will fail; nothing more needs to be kept. */
  void fail() {
    failed = true;
    free();
  }

  boolean isFailed() {
    return failed;
  }

  /** Whether one more command of that length is within the bounds. */
  boolean hasRoomFor(int length) {
    return count < limits.maxMultiCommands() && bytes + length <= limits.maxMultiBytes();
  }

  /** Queues a command for the server. */
  void add(CommandSpec spec, boolean mayWrite, ByteBuf in, int length) {
    if (failed) {
      return;
    }
    writes |= mayWrite;
    callsFunction |= spec.callsFunction();
    runsScript |= spec.isScript();
    append(in, length);
    if (own != null) {
      own.add(null);
    }
    count++;
  }

  /** Queues a command that the proxy answers when the server has answered the others. */
  void addOwn(CommandSpec spec, ByteBuf in, int length) {
    addOwn(new Own(new Replay.Element(spec, frame(in, length), false), false), length);
  }

  /** Queues a command whose reply is known. */
  void addReply(CommandSpec spec, byte[] reply) {
    addOwn(new Own(new Replay.Element(spec, reply, true), false), reply.length);
  }

  /** Queues SELECT, which concerns the session and the commands behind it in the block. */
  void addSelect(CommandSpec spec, ByteBuf in, int length, int selected) {
    if (!failed) {
      append(in, length);
      database = selected;
    }
    addOwn(new Own(new Replay.Element(spec, frame(in, length), false), true), length);
  }

  private static byte[] frame(ByteBuf in, int length) {
    return ByteBufUtil.getBytes(in, in.readerIndex(), length);
  }

  private void addOwn(Own element, int length) {
    if (failed) {
      return;
    }
    if (own == null) {
      own = new ArrayList<>(Collections.nCopies(count, null));
    }
    own.add(element);
    bytes += length;
    count++;
  }

  private void append(ByteBuf in, int length) {
    ByteBuf to = block;
    if (to == null) {
      to = RespSocket.ALLOCATOR.directBuffer(512);
      block = to;
    }
    to.writeBytes(in, in.readerIndex(), length);
    bytes += length;
    serverCount++;
  }

  /** Its keys, in the database selected at that point, all in {@link #slots()}. */
  void addKey(Key key) {
    keys.add(key);
  }

  List<Key> keys() {
    return List.copyOf(keys);
  }

  /** The slots of its keys and of those watched; all of them if a script without keys is in it. */
  BitSet slots() {
    return slots;
  }

  /** The server of its keys may have to be sent that script first. */
  void addScript(String sha1) {
    scripts.add(sha1);
  }

  /** Selected at this point. */
  int database() {
    return database;
  }

  /** Commands queued. */
  int count() {
    return count;
  }

  /** Whether some elements of the reply are not the server's. */
  boolean isMixed() {
    return own != null;
  }

  boolean asksServer() {
    return serverCount > 0;
  }

  /**
   * The block from MULTI to EXEC. It lives until the end of this state.
   *
   * @param connectionDatabase what the connection it will be sent on has selected, and will have
   */
  TransactionBlock finish(int connectionDatabase) {
    TransactionBlock whole = finished;
    if (whole == null) {
      whole = build(connectionDatabase);
      finished = whole;
    }
    return whole;
  }

  private TransactionBlock build(int connectionDatabase) {
    ByteBuf queue = block;
    ByteBuf to =
        RespSocket.ALLOCATOR.directBuffer(128 + (queue == null ? 0 : queue.readableBytes()));
    int before = 1 + serverCount;
    if (originalDatabase != connectionDatabase) {
      select(to, originalDatabase);
      before++;
    }
    to.writeBytes(MULTI);
    if (queue != null) {
      to.writeBytes(queue);
    }
    to.writeBytes(EXEC);
    int execEnd = to.readableBytes();
    if (database != connectionDatabase || originalDatabase != connectionDatabase) {
      select(to, connectionDatabase);
    }
    return new TransactionBlock(
        to, before, execEnd, to.readableBytes(), List.copyOf(scripts), runsScript);
  }

  private static void select(ByteBuf to, int database) {
    String text = Integer.toString(database);
    to.writeBytes(ascii("*2\r\n$6\r\nSELECT\r\n$" + text.length() + "\r\n" + text + "\r\n"));
  }

  /** All elements of the reply in order, given those of the server. */
  ArrayDeque<Replay.Element> elements(CommandSpec exec, List<byte[]> serverReplies) {
    ArrayDeque<Replay.Element> all = new ArrayDeque<>(count);
    int next = 0;
    for (Own mine : own == null ? Collections.<@Nullable Own>nCopies(count, null) : own) {
      if (mine == null) {
        all.add(new Replay.Element(exec, serverReplies.get(next++), true));
      } else {
        all.add(mine.element());
        next += mine.replacesServersReply() ? 1 : 0;
      }
    }
    return all;
  }

  /** Whether the server must have functions for it. */
  boolean callsFunction() {
    return callsFunction;
  }

  /** How many elements the server's reply has. */
  int serverCount() {
    return serverCount;
  }

  private void free() {
    if (block != null) {
      block.release();
      block = null;
    }
    if (finished != null) {
      finished.frame().release();
      finished = null;
    }
  }

  @Override
  public void describe(ClientLine line) {
    line.multi(count);
  }

  @Override
  public boolean holdsWrites() {
    return writes;
  }

  @Override
  public void onEnd() {
    free();
  }
}
