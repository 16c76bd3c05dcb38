package io.vodis.redis;

import io.vertx.redis.client.Response;
import io.vertx.redis.client.ResponseType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads what is inside a {@link Reply}; anything of another kind than expected is an error. */
public final class Replies {

  private Replies() {}

  /** The characters of a {@link Reply.Text}, or the digits of a {@link Reply.Number}. */
  public static String text(Reply reply) {
    return switch (reply) {
      case Reply.Text text -> new String(text.bytes(), StandardCharsets.UTF_8);
      case Reply.Number number -> Long.toString(number.value());
      case Reply.Items items -> throw unexpected("a text", items);
      case Reply.Null none -> throw unexpected("a text", none);
    };
  }

  public static byte[] bytes(Reply reply) {
    if (reply instanceof Reply.Text text) {
      return text.bytes();
    }
    throw unexpected("a text", reply);
  }

  public static List<Reply> items(Reply reply) {
    if (reply instanceof Reply.Items items) {
      return items.items();
    }
    throw unexpected("a list", reply);
  }

  /** A number, or the number a text spells; {@code ifNull} for a null reply. */
  public static long number(Reply reply, long ifNull) {
    return switch (reply) {
      case Reply.Number number -> number.value();
      case Reply.Text text -> Long.parseLong(text(text));
      case Reply.Null none -> ifNull;
      case Reply.Items items -> throw unexpected("a number", items);
    };
  }

  /** A command as the flat arguments that {@link RedisAdmin#call} takes. */
  public static List<byte[]> command(String... words) {
    List<byte[]> command = new ArrayList<>(words.length);
    for (String word : words) {
      command.add(word.getBytes(StandardCharsets.UTF_8));
    }
    return command;
  }

  static Reply from(@Nullable Response response) {
    if (response == null) {
      return new Reply.Null();
    }
    if (response.type() == ResponseType.MULTI || response.type() == ResponseType.PUSH) {
      List<Reply> items = new ArrayList<>(response.size());
      for (int i = 0; i < response.size(); i++) {
        items.add(from(response.get(i)));
      }
      return new Reply.Items(items);
    }
    if (response.type() == ResponseType.NUMBER) {
      return new Reply.Number(response.toLong());
    }
    return new Reply.Text(
        response.type() == ResponseType.BULK
            ? response.toBytes()
            : response.toString().getBytes(StandardCharsets.UTF_8));
  }

  private static IllegalArgumentException unexpected(String wanted, Reply reply) {
    return new IllegalArgumentException("expected " + wanted + ", got " + reply);
  }
}
