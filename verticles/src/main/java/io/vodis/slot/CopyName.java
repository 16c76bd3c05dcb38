package io.vodis.slot;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * The name under which a big key is copied to a server before it takes its place there. Always the
 * same for a key, so that whoever comes later finds what another has left. It is a {@link
 * ReservedName}.
 */
public final class CopyName {

  private static final byte[] PREFIX = "__vodis:copy:".getBytes(StandardCharsets.US_ASCII);

  private CopyName() {}

  /** The name of the copy of that key. */
  public static byte[] of(byte[] key) {
    byte[] name = Arrays.copyOf(PREFIX, PREFIX.length + key.length);
    System.arraycopy(key, 0, name, PREFIX.length, key.length);
    return name;
  }

  /** Whether a key is such a copy. */
  public static boolean is(byte[] key) {
    return key.length >= PREFIX.length
        && Arrays.equals(key, 0, PREFIX.length, PREFIX, 0, PREFIX.length);
  }
}
