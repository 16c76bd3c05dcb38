package io.vodis.proxy.command;

import java.util.Set;

/** Commands after which their only key is still there, with the expiry it had or none. Pure. */
public final class KeyKeepers {

  private static final Set<String> WRITES =
      Set.of(
          "append",
          "bitfield",
          "decr",
          "decrby",
          "geoadd",
          "getset",
          "hincrby",
          "hincrbyfloat",
          "hmset",
          "hset",
          "hsetnx",
          "incr",
          "incrby",
          "incrbyfloat",
          "linsert",
          "lpush",
          "lpushx",
          "lset",
          "persist",
          "pfadd",
          "rpush",
          "rpushx",
          "sadd",
          "setbit",
          "setnx",
          "setrange",
          "zadd",
          "zincrby");

  /** A scan that has begun on one server cannot go on with its cursor on another. */
  private static final Set<String> CURSORS = Set.of("hscan", "sscan", "zscan");

  private KeyKeepers() {}

  /** Whether a call with so many arguments, its name included, is one of them. */
  public static boolean contains(CommandSpec spec, int argCount) {
    if (spec.isScript() || spec.mayBlock() || CURSORS.contains(spec.name())) {
      return false;
    }
    // With more arguments SET may give the key an expiry.
    return spec.readOnly()
        || WRITES.contains(spec.name())
        || spec.name().equals("set") && argCount == 3;
  }
}
