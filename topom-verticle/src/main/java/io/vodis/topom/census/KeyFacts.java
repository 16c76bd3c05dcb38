package io.vodis.topom.census;

/**
 * A key as found on a server.
 *
 * @param bytes as {@link io.vodis.redis.SizeScript} estimates them; 0 where the server cannot tell
 * @param type as TYPE names it
 */
record KeyFacts(byte[] name, String type, long bytes) {}
