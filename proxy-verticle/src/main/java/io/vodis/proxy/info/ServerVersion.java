package io.vodis.proxy.info;

import java.util.Comparator;

/** The version of a server, as numbers that can be compared. */
public record ServerVersion(int major, int minor, int patch) implements Comparable<ServerVersion> {

  /** What is assumed of servers that have not been asked yet. */
  public static final ServerVersion ASSUMED = new ServerVersion(7, 0, 15);

  private static final Comparator<ServerVersion> ORDER =
      Comparator.comparingInt(ServerVersion::major)
          .thenComparingInt(ServerVersion::minor)
          .thenComparingInt(ServerVersion::patch);

  /** Of a text such as {@code 7.0.15}; what is not a number counts as 0. */
  public static ServerVersion parse(String text) {
    String[] parts = text.split("[.-]");
    return new ServerVersion(part(parts, 0), part(parts, 1), part(parts, 2));
  }

  private static int part(String[] parts, int index) {
    return index < parts.length && parts[index].matches("\\d{1,9}")
        ? Integer.parseInt(parts[index])
        : 0;
  }

  /** Whether it speaks RESP3: since Redis 6. */
  public boolean speaksResp3() {
    return major >= 6;
  }

  @Override
  public int compareTo(ServerVersion other) {
    return ORDER.compare(this, other);
  }

  @Override
  public String toString() {
    return major + "." + minor + "." + patch;
  }
}
