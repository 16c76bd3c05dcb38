package io.vodis.proxy.migrate;

import io.netty.buffer.ByteBuf;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A key of a database, as bytes. */
public final class Key {

  private final int database;
  private final byte[] bytes;
  private final int hash;

  public Key(int database, byte[] bytes) {
    this.database = database;
    this.bytes = bytes;
    this.hash = 31 * Arrays.hashCode(bytes) + database;
  }

  /** Copies a key out of a request. */
  public static Key copyOf(int database, ByteBuf from, int offset, int length) {
    byte[] bytes = new byte[length];
    from.getBytes(offset, bytes);
    return new Key(database, bytes);
  }

  /** The key of the same name in another database. */
  public Key in(int other) {
    return new Key(other, bytes);
  }

  public int database() {
    return database;
  }

  byte[] bytes() {
    return bytes;
  }

  public byte[] toBytes() {
    return bytes.clone();
  }

  public int length() {
    return bytes.length;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Key key
        && hash == key.hash
        && database == key.database
        && Arrays.equals(bytes, key.bytes);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
