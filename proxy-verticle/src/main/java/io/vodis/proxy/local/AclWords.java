package io.vodis.proxy.local;

import io.netty.buffer.ByteBuf;
import io.vodis.proxy.info.ServerReports;
import io.vodis.proxy.info.ServerVersion;
import io.vodis.resp.RespWriter;
import java.util.List;

/**
 * How servers of a version describe a user who may do everything.
 *
 * @param asFlags Redis 6: what a user may do everything of is among the flags, and patterns are
 *     lists
 * @param channels Redis 6.2: channels are a part of it
 * @param sanitizes Redis 7.2, but not Valkey 9.1: that payloads are checked is said
 * @param databases Valkey 9.1: databases are a part of it
 */
record AclWords(boolean asFlags, boolean channels, boolean sanitizes, boolean databases) {

  private static final ServerVersion CHANNELS = new ServerVersion(6, 2, 0);
  private static final ServerVersion SELECTORS = new ServerVersion(7, 0, 0);
  private static final ServerVersion SANITIZES = new ServerVersion(7, 2, 0);
  private static final ServerVersion VALKEY_DATABASES = new ServerVersion(9, 1, 0);

  static AclWords of(ServerReports servers) {
    ServerVersion lowest = servers.lowestVersion().orElse(ServerVersion.ASSUMED);
    boolean databases = servers.allValkeySince(VALKEY_DATABASES);
    return new AclWords(
        lowest.compareTo(SELECTORS) < 0,
        lowest.compareTo(CHANNELS) >= 0,
        lowest.compareTo(SANITIZES) >= 0 && !databases,
        databases);
  }

  /** Flags that stand for patterns which fit everything. */
  List<String> flagsOfAll() {
    if (!asFlags) {
      return List.of();
    }
    return channels
        ? List.of("allkeys", "allchannels", "allcommands")
        : List.of("allkeys", "allcommands");
  }

  /** Fields of ACL GETUSER: flags, passwords and commands, and those of {@link #writePatterns}. */
  int fieldCount() {
    return 4 + (channels ? 1 : 0) + (databases ? 1 : 0) + (asFlags ? 0 : 1);
  }

  void writePatterns(ByteBuf out) {
    writePattern(out, "keys", "~*");
    if (channels) {
      writePattern(out, "channels", "&*");
    }
    if (databases) {
      RespWriter.bulk(out, "databases");
      RespWriter.bulk(out, "alldbs");
    }
    if (!asFlags) {
      RespWriter.bulk(out, "selectors");
      RespWriter.arrayHeader(out, 0);
    }
  }

  private void writePattern(ByteBuf out, String field, String pattern) {
    RespWriter.bulk(out, field);
    if (asFlags) {
      RespWriter.arrayHeader(out, 1);
      RespWriter.bulk(out, "*");
    } else {
      RespWriter.bulk(out, pattern);
    }
  }
}
