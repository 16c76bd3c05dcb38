package io.vodis.redis;

/** The beginning of scripts that ask a server how large its keys are. */
public final class SizeScript {

  /**
   * Defines {@code bytes_of(key)}: what MEMORY USAGE says, from one element of a collection. That
   * is enough to tell a big one from a small one, and keeps the call cheap. Where there is no such
   * command, before Redis 4, the same is estimated from the number of elements and one of them; 0
   * of a key that is gone.
   */
  public static final String BYTES_OF =
      "local call, has_memory = redis.call, true local function estimate(key) local kind ="
          + " call('TYPE', key) kind = kind.ok or kind['ok'] if kind == 'string' then return"
          + " call('STRLEN', key) + 64 end if kind == 'list' then return call('LLEN', key) *"
          + " (#call('LINDEX', key, 0) + 4) end if kind == 'set' then return call('SCARD', key) *"
          + " (#call('SRANDMEMBER', key) + 64) end if kind == 'zset' then return call('ZCARD', key)"
          + " * (#call('ZRANGE', key, 0, 0)[1] + 96) end if kind == 'hash' then local some ="
          + " call('HSCAN', key, 0, 'COUNT', 1)[2] local one = #some > 1 and #some[1] + #some[2] or"
          + " 0 return call('HLEN', key) * (one + 96) end return 0 end local function bytes_of(key)"
          + " if has_memory then local bytes = redis.pcall('MEMORY', 'USAGE', key, 'SAMPLES', '1')"
          + " if type(bytes) ~= 'table' then return bytes or 0 end has_memory = false end return"
          + " estimate(key) end ";

  private SizeScript() {}
}
