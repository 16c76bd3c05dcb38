package io.vodis.proxy.fanout;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.dispatch.Dispatcher;
import io.vodis.proxy.dispatch.Origin;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.resp.RespErrors;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Asks servers on behalf of requests that concern all groups. Whoever asks has seen to it that the
 * session has nothing else under way, so nothing can be overtaken. One per loop.
 */
public final class GroupCalls {

  /** Which connections of a server are used. */
  public enum Way {
    /** Those that all requests share. */
    SHARED,
    /** One of its own: for what has to get through while the server is busy with a script. */
    URGENT
  }

  private final Dispatcher dispatcher;
  private final CopyRun copies;
  private final long bytesMax;
  private ServedGroups groups = new ServedGroups(io.vodis.proxy.route.RouteTable.NONE);

  /**
   * The calls of one loop.
   *
   * @param bytesMax of the replies to one question, all servers together
   */
  public GroupCalls(Dispatcher dispatcher, CopyRun copies, long bytesMax) {
    this.dispatcher = dispatcher;
    this.copies = copies;
    this.bytesMax = bytesMax;
  }

  /** The servers of the table in force. */
  public ServedGroups groups() {
    if (groups.table() != dispatcher.table()) {
      groups = new ServedGroups(dispatcher.table());
    }
    return groups;
  }

  /** One command to several servers. */
  private final class Round {
    private final Origin origin;
    private final int lane;
    private final Way way;
    private final GroupRequest.Budget budget = new GroupRequest.Budget(bytesMax);
    private final byte[] @Nullable [] replies;
    private final Consumer<List<byte[]>> onAll;
    private int unanswered;

    private Round(Origin origin, int lane, Way way, int servers, Consumer<List<byte[]>> onAll) {
      this.origin = origin;
      this.lane = lane;
      this.way = way;
      this.replies = new byte[servers][];
      this.onAll = onAll;
      this.unanswered = servers;
    }

    /** Sends it, now or when there is room. */
    private void send(int index, HostAndPort server, byte[] frame) {
      if (!mayAsk(server)) {
        answered(index, RespErrors.TRY_AGAIN);
        return;
      }
      Backend backend = dispatcher.server(server).lane(lane);
      BackendConnection connection = way == Way.SHARED ? backend.acquire() : backend.openUrgent();
      byte[] refusal = backend.refusal();
      if (connection != null) {
        GroupRequest request =
            new GroupRequest(
                origin,
                groups().slotsOf(server),
                budget,
                (asked, reply) -> {
                  if (way == Way.URGENT) {
                    connection.close("it has been used");
                  }
                  answered(index, reply);
                });
        ByteBuf bytes = RespSocket.ALLOCATOR.directBuffer(frame.length).writeBytes(frame);
        request.send(connection, bytes);
        copies.end();
        bytes.release();
      } else if (refusal != null) {
        answered(index, refusal);
      } else {
        dispatcher.stall(() -> send(index, server, frame));
      }
    }

    private void answered(int index, byte[] reply) {
      replies[index] = reply;
      unanswered--;
      if (unanswered == 0) {
        List<byte[]> all = new ArrayList<>(replies.length);
        for (byte[] each : replies) {
          all.add(each == null ? RespErrors.TRY_AGAIN : each);
        }
        onAll.accept(all);
      }
    }
  }

  /**
   * Asks each of {@code servers} the same.
   *
   * @param onAll gets their replies in that order, errors and lost connections included, perhaps at
   *     once
   */
  public void ask(
      Origin origin,
      int lane,
      Way way,
      List<HostAndPort> servers,
      byte[] frame,
      Consumer<List<byte[]>> onAll) {
    if (servers.isEmpty()) {
      onAll.accept(List.of());
      return;
    }
    Round round = new Round(origin, lane, way, servers.size(), onAll);
    for (int i = 0; i < servers.size(); i++) {
      round.send(i, servers.get(i), frame);
    }
  }

  /** Whether the table in force names that server, as a primary or as a replica. */
  public boolean mayAsk(HostAndPort server) {
    return groups().servers().contains(server) || dispatcher.table().replicas().contains(server);
  }

  /** A command as bytes. */
  public static byte[] frame(String... words) {
    return frame(Arrays.stream(words).map(word -> word.getBytes(StandardCharsets.UTF_8)).toList());
  }

  /** A command as bytes. */
  public static byte[] frame(List<byte[]> args) {
    ByteBuf out = RespSocket.ALLOCATOR.heapBuffer(64);
    try {
      RespWriter.arrayHeader(out, args.size());
      args.forEach(arg -> RespWriter.bulk(out, arg));
      byte[] frame = new byte[out.readableBytes()];
      out.readBytes(frame);
      return frame;
    } finally {
      out.release();
    }
  }
}
