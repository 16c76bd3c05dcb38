package io.vodis.slot;

import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What a server carries in its own data about slots that are being moved to it: a hash in database
 * 0, for each slot the number under which it was opened. It is written when no key of the slot is
 * on both servers, just before the slot is opened.
 *
 * <p>It is data so that it has the fate of the data. A server that has lost what was done to it
 * since then, because an older replica took its place or because it was started from an older file,
 * has lost this too. So, of a key on both servers:
 *
 * <ul>
 *   <li>the target has the number: the key came there by a move, after which the source's copy was
 *       deleted, or is about to be; if it is there (again), because a replica of the source took
 *       its place that had not heard of the deletion, it is not newer. The target's copy counts.
 *   <li>it has not: it has nothing that was moved to it, only what it had before. The source's copy
 *       counts.
 * </ul>
 */
public final class SlotProof {

  /** The database of the hash. */
  public static final int DATABASE = 0;

  private static final byte[] KEY = ascii("__vodis:proofs");
  private static final byte[] READ = ascii("HGET");

  private SlotProof() {}

  /** The name of the hash. */
  public static byte[] key() {
    return KEY.clone();
  }

  /** The name of a slot in it. */
  public static byte[] field(int slotId) {
    return ascii(Integer.toString(slotId));
  }

  /** What a number is written as. */
  public static byte[] value(long proof) {
    return ascii(Long.toString(proof));
  }

  /** The command that reads a slot's number. */
  public static List<byte[]> read(int slotId) {
    return List.of(READ, KEY, field(slotId));
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
