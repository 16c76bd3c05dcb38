package io.vodis.topom.bigkey;

import io.vodis.redis.RedisSession;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/** A key on one of the two servers of a move, and the way to it. */
record KeyAt(RedisSession session, Duration timeout, byte[] key) {

  /** The same key under another name. */
  KeyAt named(byte[] name) {
    return new KeyAt(session, timeout, name);
  }

  /**
   * A command about the key: {@code words} with the key in the place of the first empty array.
   * Arguments are texts, numbers and arrays of bytes.
   */
  List<byte[]> command(String name, Object... rest) {
    return commandAt(name, "", rest);
  }

  /** As {@link #command}, with a subcommand before the key unless that is empty. */
  List<byte[]> commandAt(String name, String subcommand, Object... rest) {
    List<byte[]> command = new ArrayList<>(rest.length + 3);
    command.add(ascii(name));
    if (!subcommand.isEmpty()) {
      command.add(ascii(subcommand));
    }
    command.add(key);
    for (Object argument : rest) {
      command.add(argument instanceof byte[] bytes ? bytes : ascii(argument.toString()));
    }
    return command;
  }

  /** As {@link #command}, followed by a list of arguments. */
  List<byte[]> commandWith(String name, List<byte[]> arguments) {
    List<byte[]> command = command(name);
    command.addAll(arguments);
    return command;
  }

  Reply call(String name, Object... rest) {
    return call(command(name, rest));
  }

  Reply call(List<byte[]> command) {
    return session.call(timeout, command);
  }

  List<Reply> callAll(List<List<byte[]>> commands) {
    return session.callAll(timeout, commands);
  }

  long number(String name, Object... rest) {
    return Replies.number(call(name, rest), -1);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
