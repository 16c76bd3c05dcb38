package io.vodis.it.simulation;

import io.vodis.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.util.List;

/** Replies of servers: {@code Long}, {@code String} (a bulk), {@code List}, and these. */
final class SimReply {

  record Status(String text) {}

  record Failure(String text) {}

  record None() {}

  static final Status OK = new Status("OK");
  static final None NONE = new None();

  private SimReply() {}

  /** As it is on the wire. */
  static String resp(Object reply) {
    return switch (reply) {
      case Status status -> "+" + status.text() + "\r\n";
      case Failure failure -> "-" + failure.text() + "\r\n";
      case None none -> "$-1\r\n";
      case Long number -> ":" + number + "\r\n";
      case String text -> "$" + text.length() + "\r\n" + text + "\r\n";
      case List<?> items -> {
        StringBuilder frame = new StringBuilder("*" + items.size() + "\r\n");
        items.forEach(item -> frame.append(resp(item)));
        yield frame.toString();
      }
      default -> throw new IllegalArgumentException(reply.toString());
    };
  }

  /** As the control plane reads it. */
  static Reply reply(Object reply) {
    return switch (reply) {
      case Status status -> text(status.text());
      // Within the answer to EXEC.
      case None none -> new Reply.Null();
      case Failure failure -> new Reply.Null();
      case Long number -> new Reply.Number(number);
      case String text -> text(text);
      case List<?> items -> new Reply.Items(items.stream().map(SimReply::reply).toList());
      default -> throw new IllegalArgumentException(reply.toString());
    };
  }

  private static Reply text(String text) {
    return new Reply.Text(text.getBytes(StandardCharsets.ISO_8859_1));
  }
}
