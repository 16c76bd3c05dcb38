package io.vodis.testsupport.codis;

import static java.util.Objects.requireNonNull;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The commands of a codis-server: its own, and those of Redis 3.2. */
final class CodisCommands {

  /** What COMMAND says about one. */
  record Entry(long arity, List<String> flags, int first, int last, int step) {}

  /** Of Redis after 3.2; the server behind knows them, a codis-server does not. */
  private static final Set<String> NEWER =
      Set.of(
          ("ACL BLMOVE BLMPOP BZMPOP BZPOPMAX BZPOPMIN COPY EVALSHA_RO EVAL_RO EXPIRETIME FAILOVER"
                  + " FCALL FCALL_RO FUNCTION GEORADIUSBYMEMBER_RO GEORADIUS_RO GEOSEARCH"
                  + " GEOSEARCHSTORE GETDEL GETEX HELLO HRANDFIELD LCS LMOVE LMPOP LOLWUT LPOS MEMORY"
                  + " MODULE PEXPIRETIME REPLICAOF RESET SINTERCARD SMISMEMBER SPUBLISH SSUBSCRIBE"
                  + " STRALGO SUNSUBSCRIBE SWAPDB UNLINK XACK XADD XAUTOCLAIM XCLAIM XDEL XGROUP XINFO"
                  + " XLEN XPENDING XRANGE XREAD XREADGROUP XREVRANGE XSETID XTRIM ZDIFF ZDIFFSTORE"
                  + " ZINTER ZINTERCARD ZMPOP ZMSCORE ZPOPMAX ZPOPMIN ZRANDMEMBER ZRANGESTORE ZUNION")
              .split(" "));

  private static final Map<String, Entry> OWN = new HashMap<>();

  static {
    own("SLOTSHASHKEY", -1, "readonly fast");
    own("SLOTSINFO", -1, "readonly fast");
    own("SLOTSSCAN", -3, "readonly random");
    own("SLOTSDEL", -2, "write");
    own("SLOTSMGRTSLOT", 5, "write");
    own("SLOTSMGRTONE", 5, "write");
    own("SLOTSMGRTTAGSLOT", 5, "write");
    own("SLOTSMGRTTAGONE", 5, "write");
    own("SLOTSCHECK", 0, "readonly");
    own("SLOTSRESTORE", -4, "write denyoom");
    own("SLOTSMGRTONE-ASYNC", -7, "write noscript");
    own("SLOTSMGRTTAGONE-ASYNC", -7, "write noscript");
    own("SLOTSMGRTSLOT-ASYNC", 8, "write noscript");
    own("SLOTSMGRTTAGSLOT-ASYNC", 8, "write noscript");
    own("SLOTSMGRTONE-ASYNC-DUMP", -4, "readonly denyoom");
    own("SLOTSMGRTTAGONE-ASYNC-DUMP", -4, "readonly denyoom");
    own("SLOTSMGRT-ASYNC-FENCE", 0, "readonly noscript");
    own("SLOTSMGRT-ASYNC-CANCEL", 0, "fast");
    own("SLOTSMGRT-ASYNC-STATUS", 0, "fast");
    own("SLOTSMGRT-EXEC-WRAPPER", -3, "write denyoom");
    own("SLOTSRESTORE-ASYNC", -2, "write denyoom");
    own("SLOTSRESTORE-ASYNC-AUTH", 2, "noscript loading stale fast");
    own("SLOTSRESTORE-ASYNC-SELECT", 2, "loading fast");
    own("SLOTSRESTORE-ASYNC-ACK", 3, "write");
  }

  private final Map<String, Entry> known = new HashMap<>(OWN);

  /**
   * The table.
   *
   * @param behind answers COMMAND
   */
  CodisCommands(Engine behind) {
    for (Object each : (List<?>) requireNonNull(behind.call("COMMAND"))) {
      List<?> entry = (List<?>) each;
      String name = String.valueOf(entry.get(0)).toUpperCase(Locale.ROOT);
      if (!isNewer(name)) {
        List<String> flags = ((List<?>) entry.get(2)).stream().map(String::valueOf).toList();
        known.put(
            name,
            new Entry(
                (Long) entry.get(1),
                flags,
                ((Long) entry.get(3)).intValue(),
                ((Long) entry.get(4)).intValue(),
                ((Long) entry.get(5)).intValue()));
      }
    }
  }

  private static void own(String name, int arity, String flags) {

    OWN.put(name, new Entry(arity, List.of(flags.split(" ")), 0, 0, 0));
  }

  static boolean isOwn(String name) {
    return OWN.containsKey(name);
  }

  boolean isNewer(String name) {
    return NEWER.contains(name);
  }

  @Nullable Entry find(String name) {
    return known.get(name);
  }

  boolean fits(Entry entry, int arguments) {
    return entry.arity() > 0 ? entry.arity() == arguments : arguments >= -entry.arity();
  }

  /** The reply to COMMAND, or to COMMAND INFO with these names. */
  String describe(@Nullable List<String> names) {
    List<String> frames = new ArrayList<>();
    for (String name : names == null ? List.copyOf(known.keySet()) : names) {
      Entry entry = known.get(name.toUpperCase(Locale.ROOT));
      frames.add(entry == null ? "*-1\r\n" : describe(name.toLowerCase(Locale.ROOT), entry));
    }
    return Wire.array(frames);
  }

  private static String describe(String name, Entry entry) {
    return "*6\r\n"
        + Wire.bulk(name)
        + Wire.number(entry.arity())
        + Wire.array(entry.flags().stream().map(flag -> "+" + flag + "\r\n").toList())
        + Wire.number(entry.first())
        + Wire.number(entry.last())
        + Wire.number(entry.step());
  }
}
