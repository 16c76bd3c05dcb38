package io.vodis.slot;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Names of keys that are the product's own: proxies do not show them, sweeps and checks pass over
 * them, and they are on whichever server needs them, whatever their slot.
 */
public final class ReservedName {

  private static final byte[] PREFIX = "__vodis:".getBytes(StandardCharsets.US_ASCII);

  private ReservedName() {}

  /** Whether a key is none of the users'. */
  public static boolean is(byte[] key) {
    return key.length >= PREFIX.length
        && Arrays.equals(key, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
  }
}
