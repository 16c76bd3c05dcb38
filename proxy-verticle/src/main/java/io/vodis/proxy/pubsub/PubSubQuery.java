package io.vodis.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.backend.Request;
import io.vodis.proxy.loop.RespSocket;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRequest;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One PUBSUB question that is put to every server. A subscriber may be at two servers while a slot
 * moves, and a pattern is at all of them, so counts are not added up: the highest is right.
 */
final class PubSubQuery {

  /** How the answers become one. */
  enum Merge {
    /** Lists of names: each name once. */
    NAMES,
    /** Names and numbers in turn, the same names everywhere. */
    NUMBERS,
    /** A number. */
    NUMBER
  }

  private final class Part extends Request {
    @Override
    protected void onReply(ByteBuf in, int offset, int length) {
      if (in.getByte(offset) == '-') {
        byte[] text = new byte[length];
        in.getBytes(offset, text);
        error = text;
      } else {
        take(in.toString(offset, length, StandardCharsets.ISO_8859_1));
      }
      onePartOver();
    }

    @Override
    protected void onFailure(byte[] failure) {
      error = failure;
      onePartOver();
    }
  }

  private final Session session;
  private final SessionRequest place;
  private final Merge merge;
  private final Set<String> names = new LinkedHashSet<>();
  private final List<String> numbered = new ArrayList<>();
  private final List<Long> numbers = new ArrayList<>();
  private byte @Nullable [] error;
  private int open;

  PubSubQuery(Session session, SessionRequest place, Merge merge) {
    this.session = session;
    this.place = place;
    this.merge = merge;
  }

  /** Sends the frame on each connection. */
  void send(List<BackendConnection> connections, ByteBuf in, int offset, int length) {
    open = connections.size();
    for (BackendConnection connection : connections) {
      connection.send(new Part(), in, offset, length);
    }
  }

  /** The strings and numbers of a reply, one character per byte, merged with what there is. */
  private void take(String reply) {
    List<String> items = items(reply);
    if (merge == Merge.NAMES) {
      names.addAll(items);
      return;
    }
    int step = merge == Merge.NUMBER ? 1 : 2;
    for (int i = step - 1; i < items.size(); i += step) {
      int index = i / step;
      if (index == numbers.size()) {
        numbers.add(0L);
        numbered.add(items.get(i - step + 1));
      }
      numbers.set(index, Math.max(numbers.get(index), Long.parseLong(items.get(i))));
    }
  }

  /** A flat array of strings and numbers, or one number. */
  static List<String> items(String reply) {
    List<String> items = new ArrayList<>();
    int at = reply.charAt(0) == '*' ? endOfLine(reply, 0) : 0;
    while (at < reply.length()) {
      int next = endOfLine(reply, at);
      String line = reply.substring(at + 1, next - 2);
      if (reply.charAt(at) == '$') {
        int length = Integer.parseInt(line);
        items.add(reply.substring(next, next + length));
        next += length + 2;
      } else {
        items.add(line);
      }
      at = next;
    }
    return items;
  }

  private static int endOfLine(String reply, int from) {
    return reply.indexOf("\r\n", from) + 2;
  }

  private void onePartOver() {
    open--;
    if (open > 0) {
      return;
    }
    ByteBuf reply = RespSocket.ALLOCATOR.directBuffer(64);
    byte[] failure = error;
    if (failure != null) {
      reply.writeBytes(failure);
    } else if (merge == Merge.NUMBER) {
      RespWriter.integer(reply, numbers.isEmpty() ? 0 : numbers.getFirst());
    } else if (merge == Merge.NAMES) {
      RespWriter.arrayHeader(reply, names.size());
      names.forEach(name -> RespWriter.bulk(reply, bytes(name)));
    } else {
      RespWriter.arrayHeader(reply, 2 * numbers.size());
      for (int i = 0; i < numbers.size(); i++) {
        RespWriter.bulk(reply, bytes(numbered.get(i)));
        RespWriter.integer(reply, numbers.get(i));
      }
    }
    session.onLocalAnswer(place, reply);
  }

  private static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.ISO_8859_1);
  }
}
