package io.vodis.proxy.merge;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.BackendServer;
import io.vodis.proxy.backend.Lane;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.Origin;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.migrate.Key;
import io.vodis.resp.RequestDecoder;
import io.vodis.resp.RespWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * How one request falls into parts: one for each server that simply serves its slots, one for each
 * other slot. Room at the servers is made sure of before anything is sent. A part for a slot that
 * waits may find no room; it is kept here and tried again, and the session reads nothing until
 * then.
 */
public final class Split {

  private static final Set<String> READING = Set.of("mget", "exists", "touch");

  /** Keys that go the same way. */
  private static final class Part {
    private final @Nullable BackendServer server;
    private final BitSet slots = new BitSet();
    private final List<Integer> keyArgs = new ArrayList<>();
    private @Nullable BackendConnection connection;
    private byte @Nullable [] refusal;

    private Part(@Nullable BackendServer server) {
      this.server = server;
    }

    private int[] slotIds() {
      return slots.stream().toArray();
    }
  }

  private record Unsent(Fragment fragment, ByteBuf frame, List<Key> keys) {}

  private final Dispatcher dispatcher;
  private final int lane;
  private final List<Part> parts = new ArrayList<>();
  private final int[] partOfKey;
  private final ArrayDeque<Unsent> unsent = new ArrayDeque<>();

  /** Groups keys by where they go now. */
  public Split(Dispatcher dispatcher, int lane, int[] slots, int[] keyArgs) {
    this.dispatcher = dispatcher;
    this.lane = lane;
    this.partOfKey = new int[slots.length];
    Map<Object, Integer> byWay = new HashMap<>();
    for (int i = 0; i < slots.length; i++) {
      BackendServer server = dispatcher.serving(slots[i]);
      Object way = server != null ? server : Integer.valueOf(slots[i]);
      int index = byWay.computeIfAbsent(way, w -> parts.size());
      if (index == parts.size()) {
        parts.add(new Part(server));
      }
      partOfKey[i] = index;
      parts.get(index).slots.set(slots[i]);
      parts.get(index).keyArgs.add(keyArgs[i]);
    }
  }

  /** The slots of all keys if one server simply serves all of them; null otherwise. */
  public int @Nullable [] slotsOfOnlyServer() {
    return parts.size() == 1 && parts.get(0).server != null ? parts.get(0).slotIds() : null;
  }

  /** Whether every server of the request takes it now, or refuses it for good. */
  public boolean findRoom(Origin origin) {
    for (Part part : parts) {
      if (part.server != null) {
        Backend backend = origin.reached(part.server).lane(lane);
        part.connection = backend.acquire();
        part.refusal = backend.refusal();
        if (part.connection == null && part.refusal == null
            || backend.hasRetired() && origin.isHeldBack(backend)) {
          return false;
        }
      }
    }
    return true;
  }

  /**
   * Sends all parts, after {@link #findRoom}.
   *
   * @param command its name in lower case
   * @param onMerged gets the reply and owns it
   * @return false if some parts wait for room: see {@link #sendRest}
   */
  public boolean send(
      Origin origin,
      String command,
      ByteBuf in,
      RequestDecoder request,
      CopyRun copies,
      Consumer<ByteBuf> onMerged) {
    FragmentedRequest whole = new FragmentedRequest(merger(command), parts.size(), onMerged);
    int argsPerKey = command.equals("mset") ? 2 : 1;
    for (int i = 0; i < parts.size(); i++) {
      Part part = parts.get(i);
      Fragment fragment = new Fragment(origin, whole, i, part.slotIds(), READING.contains(command));
      byte[] refusal = part.refusal;
      if (part.connection != null) {
        ByteBuf frame = frame(in, request, part, argsPerKey);
        fragment.send(part.connection, frame);
        copies.end();
        frame.release();
      } else if (refusal != null) {
        whole.onError(i, refusal);
      } else {
        unsent.add(
            new Unsent(fragment, frame(in, request, part, argsPerKey), keys(in, request, part)));
      }
    }
    return sendRest(copies);
  }

  /** Sends or parks the parts for single slots; returns false if there is no room for all. */
  public boolean sendRest(CopyRun copies) {
    for (Unsent next = unsent.peekFirst(); next != null; next = unsent.peekFirst()) {
      if (!next.fragment.dispatch(dispatcher, lane, next.frame, next.keys)) {
        return false;
      }
      copies.end();
      next.frame.release();
      unsent.removeFirst();
    }
    return true;
  }

  private ReplyMerger merger(String command) {
    return switch (command) {
      case "mget" -> new ValuesMerger(partOfKey, parts.size());
      case "mset" -> new ReplyMerger.AllOk();
      default -> new ReplyMerger.Sum();
    };
  }

  private static ByteBuf frame(ByteBuf in, RequestDecoder request, Part part, int argsPerKey) {
    ByteBuf frame = RespSocket.ALLOCATOR.directBuffer(64 + 32 * part.keyArgs.size());
    RespWriter.arrayHeader(frame, 1 + argsPerKey * part.keyArgs.size());
    argument(frame, in, request, 0);
    for (int key : part.keyArgs) {
      for (int arg = key; arg < key + argsPerKey; arg++) {
        argument(frame, in, request, arg);
      }
    }
    return frame;
  }

  private static void argument(ByteBuf out, ByteBuf in, RequestDecoder request, int arg) {
    RespWriter.bulk(out, in, in.readerIndex() + request.argOffset(arg), request.argLength(arg));
  }

  private List<Key> keys(ByteBuf in, RequestDecoder request, Part part) {
    List<Key> keys = new ArrayList<>(part.keyArgs.size());
    for (int arg : part.keyArgs) {
      keys.add(
          Key.copyOf(
              Lane.database(lane),
              in,
              in.readerIndex() + request.argOffset(arg),
              request.argLength(arg)));
    }
    return keys;
  }
}
