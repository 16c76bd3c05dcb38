package io.vodis.proxy.info;

import io.vodis.model.HostAndPort;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * The proxies of a product as the nodes of a Redis Cluster: its 16384 slots are spread over them in
 * equal parts. Which proxy a client asks for a key makes no difference, since each serves all.
 */
public record ClusterView(List<Node> nodes) {

  public static final int SLOTS = 16_384;

  /** A proxy, with its range of slots; {@code last} is below {@code first} if it has none. */
  public record Node(HostAndPort address, String id, int first, int last) {
    public boolean hasSlots() {
      return first <= last;
    }
  }

  public ClusterView {
    nodes = List.copyOf(nodes);
  }

  /** Spreads the slots; the same for everybody who knows the same proxies. */
  public static ClusterView of(List<HostAndPort> proxies) {
    List<HostAndPort> sorted = proxies.stream().distinct().sorted().toList();
    List<Node> nodes = new ArrayList<>();
    int count = sorted.size();
    for (int i = 0; i < count; i++) {
      nodes.add(
          new Node(
              sorted.get(i), id(sorted.get(i)), SLOTS * i / count, SLOTS * (i + 1) / count - 1));
    }
    return new ClusterView(nodes);
  }

  /** 40 hexadecimal digits that belong to an address, as Redis Cluster names its nodes. */
  public static String id(HostAndPort address) {
    try {
      byte[] digest =
          MessageDigest.getInstance("SHA-1")
              .digest(address.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(digest);
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }

  /** The slot of a key as Redis Cluster counts: CRC16 (XMODEM) of the key or its tag. */
  public static int slotOf(byte[] key) {
    int from = 0;
    int to = key.length;
    int open = indexOf(key, '{', 0);
    if (open >= 0) {
      int close = indexOf(key, '}', open + 1);
      if (close > open + 1) {
        from = open + 1;
        to = close;
      }
    }
    int crc = 0;
    for (int i = from; i < to; i++) {
      crc ^= (key[i] & 0xff) << 8;
      for (int bit = 0; bit < 8; bit++) {
        crc = (crc & 0x8000) != 0 ? (crc << 1) ^ 0x1021 : crc << 1;
      }
    }
    return crc & 0x3fff;
  }

  private static int indexOf(byte[] bytes, char wanted, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return -1;
  }
}
