package io.vodis.proxy.groups;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.RoutedRequest;
import io.vodis.proxy.fanout.GroupCalls;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The replies of all servers to KEYS as one array that is never held whole. Each server is asked on
 * a connection of its own, which is read up to where the number of its keys is known. When all
 * numbers are known their sum is written, and then one reply after the other is read to its end, as
 * fast as the client takes it.
 */
final class KeysStream {

  private static final byte[] UNEXPECTED =
      RespErrors.reply("ERR a backend sent an unexpected reply");

  private final Session session;
  private final SessionRequest whole;
  private final List<HostAndPort> servers;
  private final List<Part> parts = new ArrayList<>();
  private int unknown;
  private int current;
  private byte @Nullable [] error;
  private boolean streaming;
  private boolean over;

  KeysStream(Session session, SessionRequest whole, List<HostAndPort> servers) {
    this.session = session;
    this.whole = whole;
    this.servers = servers;
    this.unknown = servers.size();
  }

  /** The reply of one server. */
  private final class Part extends RoutedRequest {
    private final int[] slots;
    private final Backend backend;
    private @Nullable BackendConnection own;

    /** What was read before it was this part's turn. */
    private @Nullable ByteBuf held;

    private long count = -1;
    private boolean complete;

    private Part(int[] slots, Backend backend) {
      super(session);
      this.slots = slots;
      this.backend = backend;
    }

    @Override
    protected void began(Dispatcher dispatcher, int onSlot) {
      for (int slot : slots) {
        super.began(dispatcher, slot);
      }
    }

    @Override
    protected void ended(Dispatcher dispatcher, int routedIn) {
      for (int slot : slots) {
        endedOn(dispatcher, slot, routedIn);
      }
    }

    @Override
    protected void onAnswer(ByteBuf in, int offset, int length) {
      onPiece(this, in, offset, length, true);
    }

    @Override
    protected void onReplyChunk(ByteBuf in, int offset, int length, boolean last) {
      onPiece(this, in, offset, length, last);
      // It has been executed: no slot has to wait for the client to take what was found.
      onLastChunk();
    }

    @Override
    protected void onError(byte[] text) {
      own = null;
      complete = true;
      fail(this, text);
    }

    @Override
    protected boolean blocksReplies(BackendConnection from) {
      if (over || complete) {
        return false;
      }
      return streaming && parts.indexOf(this) == current ? session.blocksReplies(from) : count >= 0;
    }

    private void giveBack() {
      BackendConnection mine = own;
      own = null;
      if (mine != null) {
        if (complete) {
          backend.releaseDedicated(mine);
        } else {
          mine.close("the reply to KEYS is not wanted any more");
        }
      }
    }
  }

  void start(Dispatcher dispatcher, GroupCalls calls, byte[] frame) {
    for (HostAndPort server : servers) {
      Backend backend = dispatcher.server(server).lane(session.lane());
      parts.add(new Part(calls.groups().slotsOf(server), backend));
    }
    ask(dispatcher, frame);
  }

  /** Asks all, or none yet: two that each have half of the connections would wait for ever. */
  private void ask(Dispatcher dispatcher, byte[] frame) {
    if (!parts.stream().allMatch(part -> part.backend.hasDedicatedRoom())) {
      dispatcher.stall(() -> ask(dispatcher, frame));
      return;
    }
    ByteBuf bytes = RespSocket.ALLOCATOR.directBuffer(frame.length).writeBytes(frame);
    for (Part part : List.copyOf(parts)) {
      BackendConnection own = part.backend.acquireDedicated();
      part.own = own;
      if (own != null) {
        part.beginOn(part.slots[0]);
        own.send(part, bytes, 0, frame.length);
      } else {
        byte[] refusal = part.backend.refusal();
        part.complete = true;
        fail(part, refusal == null ? RespErrors.TRY_AGAIN : refusal);
      }
    }
    session.endCopies();
    bytes.release();
  }

  private void onPiece(Part part, ByteBuf in, int offset, int length, boolean last) {
    part.complete = last;
    if (over) {
      part.giveBack();
      return;
    }
    if (streaming && parts.indexOf(part) == current) {
      session.replies().onChunk(whole, in, offset, length, isEnd(part));
      if (last) {
        next(part);
      }
      return;
    }
    hold(part, in, offset, length);
    if (part.count < 0) {
      readHeader(part);
    }
  }

  private static void hold(Part part, ByteBuf in, int offset, int length) {
    ByteBuf held = part.held;
    if (held == null) {
      held = RespSocket.ALLOCATOR.directBuffer(Math.max(16, length));
      part.held = held;
    }
    held.writeBytes(in, offset, length);
  }

  /** {@code *17\r\n}, if it is there already. */
  private void readHeader(Part part) {
    ByteBuf held = part.held;
    if (held == null) {
      return;
    }
    int end = held.indexOf(held.readerIndex(), held.writerIndex(), (byte) '\n');
    if (held.getByte(0) != '*') {
      if (part.complete) {
        byte[] text = new byte[held.readableBytes()];
        held.readBytes(text);
        fail(part, text[0] == '-' ? text : UNEXPECTED);
      }
      return;
    }
    if (end < 0) {
      return;
    }
    long count = 0;
    for (int at = 1; at < end - 1; at++) {
      count = count * 10 + (held.getByte(at) - '0');
    }
    held.readerIndex(end + 1);
    part.count = count;
    oneKnown();
  }

  private void oneKnown() {
    unknown--;
    if (unknown > 0) {
      return;
    }
    byte[] text = error;
    if (text != null) {
      end();
      GroupCommands.answer(session, whole, text);
      return;
    }
    streaming = true;
    long sum = 0;
    for (Part part : parts) {
      sum += part.count;
    }
    ByteBuf header = RespSocket.ALLOCATOR.directBuffer(32);
    RespWriter.arrayHeader(header, (int) Math.min(sum, Integer.MAX_VALUE));
    boolean empty = sum == 0;
    session.replies().onChunk(whole, header, 0, header.readableBytes(), empty);
    session.endCopies();
    header.release();
    if (empty) {
      end();
    } else {
      writeHeld();
    }
  }

  /** What is held of the current part, and of those behind it as long as they are complete. */
  private void writeHeld() {
    while (!over) {
      Part part = parts.get(current);
      ByteBuf held = part.held;
      part.held = null;
      if (held != null) {
        if (held.isReadable()) {
          session
              .replies()
              .onChunk(whole, held, held.readerIndex(), held.readableBytes(), isEnd(part));
          session.endCopies();
        }
        held.release();
      }
      if (!part.complete) {
        BackendConnection own = part.own;
        if (own != null) {
          session.resumeLater(own);
        }
        return;
      }
      part.giveBack();
      current++;
      if (current == parts.size()) {
        over = true;
      }
    }
  }

  /** Whether nothing comes after the piece of that part which is being written. */
  private boolean isEnd(Part part) {
    if (!part.complete) {
      return false;
    }
    for (int i = parts.indexOf(part) + 1; i < parts.size(); i++) {
      if (parts.get(i).count > 0) {
        return false;
      }
    }
    return true;
  }

  private void next(Part done) {
    done.giveBack();
    current++;
    if (current == parts.size()) {
      over = true;
    } else {
      writeHeld();
    }
  }

  private void fail(Part part, byte[] text) {
    if (over) {
      return;
    }
    if (streaming) {
      end();
      session.onError(whole, text);
      return;
    }
    if (error == null) {
      error = text;
    }
    if (part.count < 0) {
      part.count = 0;
      oneKnown();
    }
  }

  /** Nothing more is written: lets go of everything. */
  private void end() {
    over = true;
    for (Part part : parts) {
      ByteBuf held = part.held;
      part.held = null;
      if (held != null) {
        held.release();
      }
      part.giveBack();
    }
  }
}
