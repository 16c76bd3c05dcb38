package io.vodis.proxy.script;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.backend.BackendConnection;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import java.util.WeakHashMap;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * Scripts by their SHA-1, those used last, bounded in bytes; and on which connections they are
 * known to be loaded. One per loop; what one loop learns it tells the others by message.
 *
 * <p>A server forgets its scripts when it ends, and then its connections end too; so what is known
 * of a connection holds as long as nobody says SCRIPT FLUSH to the server itself. Then the client
 * gets its NOSCRIPT, as it would from a server, and the proxy forgets what it knew.
 */
public final class ScriptStore {

  private static final int LOADED_MAX = 10_000;
  private static final int RECENT_MAX = 256;

  private final long bytesMax;
  private final Map<String, byte[]> bodies = new LinkedHashMap<>(16, 0.75f, true);

  /** Bodies seen of late by a quick hash, so that not every EVAL costs a SHA-1. */
  private final Map<Integer, byte[]> recent = new HashMap<>();

  private final Map<BackendConnection, Set<String>> loaded = new WeakHashMap<>();
  private Consumer<byte[]> onLearned = body -> {};
  private long bytes;

  /** Remembers scripts of that many bytes in all; 0: none. */
  public ScriptStore(long bytesMax) {
    this.bytesMax = bytesMax;
  }

  /** Whom to tell of new scripts. */
  public void tell(Consumer<byte[]> learned) {
    onLearned = learned;
  }

  /** A script has been seen in a request. */
  public void see(ByteBuf in, int offset, int length) {
    int quick = quickHash(in, offset, length);
    byte[] known = recent.get(quick);
    if (known != null && known.length == length && matches(known, in, offset)) {
      return;
    }
    byte[] body = new byte[length];
    in.getBytes(offset, body);
    if (recent.size() >= RECENT_MAX) {
      recent.clear();
    }
    recent.put(quick, body);
    if (learn(body)) {
      onLearned.accept(body);
    }
  }

  private static int quickHash(ByteBuf in, int offset, int length) {
    int hash = length;
    for (int at = offset; at < offset + length; at++) {
      hash = 31 * hash + in.getByte(at);
    }
    return hash;
  }

  private static boolean matches(byte[] known, ByteBuf in, int offset) {
    for (int i = 0; i < known.length; i++) {
      if (in.getByte(offset + i) != known[i]) {
        return false;
      }
    }
    return true;
  }

  /** Remembers a script; returns whether it is new. */
  public boolean learn(byte[] body) {
    if (body.length > bytesMax || bodies.putIfAbsent(sha1(body), body) != null) {
      return false;
    }
    bytes += body.length;
    Iterator<Map.Entry<String, byte[]>> oldest = bodies.entrySet().iterator();
    while (bytes > bytesMax && oldest.hasNext()) {
      bytes -= oldest.next().getValue().length;
      oldest.remove();
    }
    return true;
  }

  /** The script of that SHA-1 in lower case; null if it is not known. */
  public byte @Nullable [] body(String sha1) {
    return bodies.get(sha1);
  }

  /** Whether it has been loaded over this very connection. */
  public boolean isLoaded(BackendConnection connection, String sha1) {
    Set<String> known = loaded.get(connection);
    return known != null && known.contains(sha1);
  }

  /** It has been loaded. */
  public void loaded(BackendConnection connection, String sha1) {
    Set<String> known = loaded.computeIfAbsent(connection, c -> new HashSet<>());
    if (known.size() >= LOADED_MAX) {
      known.clear();
    }
    known.add(sha1);
  }

  /** The server has said that it does not have what it was given. */
  public void forget(@Nullable BackendConnection connection) {
    loaded.remove(connection);
  }

  /** Forgets everything: SCRIPT FLUSH has been said. */
  public void clear() {
    bodies.clear();
    recent.clear();
    loaded.clear();
    bytes = 0;
  }

  /** How many scripts are known. */
  public int size() {
    return bodies.size();
  }

  /** As Redis names a script. */
  static String sha1(byte[] body) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      return HexFormat.of().formatHex(digest.digest(body));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  @Override
  public String toString() {
    return "ScriptStore[" + bodies.size() + " scripts, " + bytes + " bytes]";
  }
}
