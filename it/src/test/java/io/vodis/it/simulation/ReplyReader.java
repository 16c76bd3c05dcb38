package io.vodis.it.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes replies, as {@link SimReply} describes them, out of what a proxy has written. */
final class ReplyReader {

  private final StringBuilder unread = new StringBuilder();
  private int at;

  void clear() {
    unread.setLength(0);
  }

  /** The replies that are complete now. */
  List<Object> replies(String bytes) {
    unread.append(bytes);
    List<Object> replies = new ArrayList<>();
    at = 0;
    int done = 0;
    for (Object reply = next(); reply != null; reply = next()) {
      replies.add(reply);
      done = at;
    }
    unread.delete(0, done);
    return replies;
  }

  /** Null if it is not complete. */
  private @Nullable Object next() {
    int end = unread.indexOf("\r\n", at);
    if (end < 0) {
      return null;
    }
    char type = unread.charAt(at);
    String head = unread.substring(at + 1, end);
    at = end + 2;
    return switch (type) {
      case '+' -> new SimReply.Status(head);
      case '-' -> new SimReply.Failure(head);
      case ':' -> Long.parseLong(head);
      case '$' -> bulk(Integer.parseInt(head));
      case '*' -> items(Integer.parseInt(head));
      default -> throw new IllegalStateException("not a reply: " + unread);
    };
  }

  private @Nullable Object bulk(int length) {
    if (length < 0) {
      return SimReply.NONE;
    }
    if (at + length + 2 > unread.length()) {
      return null;
    }
    String text = unread.substring(at, at + length);
    at += length + 2;
    return text;
  }

  private @Nullable Object items(int count) {
    if (count < 0) {
      return SimReply.NONE;
    }
    List<Object> items = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      Object item = next();
      if (item == null) {
        return null;
      }
      items.add(item);
    }
    return items;
  }
}
