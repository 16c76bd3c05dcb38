package io.vodis.proxy.migrate;

import io.vodis.model.MigrationMethod;
import io.vodis.redis.Credentials;
import io.vodis.redis.MoverUser;
import io.vodis.redis.ServerAccess;
import java.util.ArrayList;
import java.util.List;

/** What a line asks of the source, by the method of its way, and what the answers mean. Pure. */
final class PullDialect {

  /** What has become of a key. */
  enum Outcome {
    /** It is on the target, or exists nowhere. */
    MOVED,
    /** The source is at another transfer in this database, and does one at a time. */
    BUSY,
    /** The target has a copy already. */
    LEFTOVER,
    /** It is on the source still, and what was sent of it may be under way. */
    FAILED,
    /** It is on the source still, and nothing was sent. */
    REFUSED
  }

  private final PullWay way;
  private final ServerAccess access;
  private final long timeoutMillis;

  /**
   * What is said on a way.
   *
   * @param access how a server signs in to its target with MIGRATE
   * @param timeoutMillis of one move between the servers
   */
  PullDialect(PullWay way, ServerAccess access, long timeoutMillis) {
    this.way = way;
    this.access = access;
    this.timeoutMillis = timeoutMillis;
  }

  /** Whether there is one answer for each key, else one for all. */
  boolean answersEach() {
    return way.method() == MigrationMethod.SYNC;
  }

  /**
   * Whether keys replace what the target has, and attempts that fail are not counted: so it is
   * between codis-servers.
   */
  boolean overwrites() {
    return !way.method().isByMigrate();
  }

  /**
   * Whether the target has to be looked at before keys are moved: what it has would be replaced,
   * and may be what counts. Not on the way there of a semi-async move, in which requests run on the
   * source too: what an attempt has left of a key, perhaps a part of it, is older than the
   * source's.
   */
  boolean looksFirst() {
    return overwrites() && (way.returning() || way.method() == MigrationMethod.SYNC);
  }

  /** Whether of a key the target's copy may be the one that counts. */
  boolean mayCountOnTarget(long proof) {
    return proof != 0 || way.returning();
  }

  /** Whether the answer to a move comes when it is over, and others of its connection before. */
  boolean answersLate() {
    return way.method() == MigrationMethod.SEMI_ASYNC;
  }

  /**
   * The commands that move these keys.
   *
   * @param alone without others of the same tag, of which nobody has looked whether the target has
   *     them
   */
  List<List<byte[]>> moves(List<byte[]> keys, boolean alone) {
    return switch (way.method()) {
      case MIGRATE, REVOCABLE_MIGRATE -> List.of(migrate(keys));
      case SYNC ->
          keys.stream().map(key -> one(alone ? "SLOTSMGRTONE" : "SLOTSMGRTTAGONE", key)).toList();
      case SEMI_ASYNC -> List.of(inBackground(keys));
      case DUMP -> throw notOurs();
    };
  }

  private List<byte[]> migrate(List<byte[]> keys) {
    List<byte[]> command =
        words(
            "MIGRATE",
            way.target().host(),
            Integer.toString(way.target().port()),
            "",
            Integer.toString(way.database()),
            Long.toString(timeoutMillis));
    Credentials others = access.credentials(way.target());
    Credentials signIn =
        way.method() == MigrationMethod.REVOCABLE_MIGRATE
            ? MoverUser.credentials(way.source(), others)
            : others;
    signIn.ofMigrate().forEach(word -> command.add(ServerCall.bytes(word)));
    command.addAll(words("KEYS"));
    command.addAll(keys);
    return command;
  }

  private List<byte[]> one(String command, byte[] key) {
    List<byte[]> words =
        words(
            command,
            way.target().host(),
            Integer.toString(way.target().port()),
            Long.toString(timeoutMillis));
    words.add(key);
    return words;
  }

  /** With the limits that the server has; large values go in chunks. */
  private List<byte[]> inBackground(List<byte[]> keys) {
    List<byte[]> words =
        words(
            "SLOTSMGRTTAGONE-ASYNC",
            way.target().host(),
            Integer.toString(way.target().port()),
            Long.toString(timeoutMillis),
            "0",
            "0");
    words.addAll(keys);
    return words;
  }

  Outcome outcome(String reply) {
    return switch (way.method()) {
      case MIGRATE, REVOCABLE_MIGRATE -> ofMigrate(reply);
      case SYNC -> ofTransfer(reply);
      case SEMI_ASYNC -> ofBackground(reply);
      case DUMP -> throw notOurs();
    };
  }

  private static IllegalStateException notOurs() {
    return new IllegalStateException("topom moves these keys");
  }

  private static Outcome ofMigrate(String reply) {
    if (reply.startsWith("+")) {
      return Outcome.MOVED;
    }
    if (reply.contains("BUSYKEY")) {
      return Outcome.LEFTOVER;
    }
    return reply.startsWith("-IOERR") ? Outcome.FAILED : Outcome.REFUSED;
  }

  private static Outcome ofTransfer(String reply) {
    if (reply.startsWith(":")) {
      return Outcome.MOVED;
    }
    boolean sent = reply.startsWith("-IOERR") || reply.startsWith("-ERR error on slotsrestore");
    return sent ? Outcome.FAILED : Outcome.REFUSED;
  }

  private static Outcome ofBackground(String reply) {
    if (reply.startsWith(":")) {
      return Outcome.MOVED;
    }
    boolean busy = reply.contains("is being migrated") || reply.contains("has not finished");
    return busy ? Outcome.BUSY : Outcome.FAILED;
  }

  private static List<byte[]> words(String... words) {
    List<byte[]> command = new ArrayList<>();
    for (String word : words) {
      command.add(ServerCall.bytes(word));
    }
    return command;
  }
}
