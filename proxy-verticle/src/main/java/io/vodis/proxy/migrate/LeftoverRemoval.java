package io.vodis.proxy.migrate;

import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.slot.SlotHash;
import io.vodis.slot.SlotProof;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.function.Consumer;

/**
 * Removes the copy that does not count of a key that is on both servers: nobody writes to either
 * while there are two. If the slot was opened under a number, the target's copy counts as long as
 * that server carries it, else the source's ({@link SlotProof}). Without a number the one counts
 * that is on the server the slot set out from: the source, or the target of a slot that returns.
 *
 * <p>Between looking and removing, another mover might remove the copy, move the key, and a client
 * change it; so the server that is to lose it watches the key over the whole of it:
 *
 * <pre>
 *   target: HGET proofs slot          which copy counts; it is "home", the other one "away"
 *   away:   WATCH k
 *   home:   EXISTS k                  0: it is away; nothing to do
 *   target: HGET proofs slot          if that is home: still so, after the key was seen there
 *   away:   MULTI, DEL k, EXEC        executed only if k was not touched since WATCH
 * </pre>
 *
 * <p>DEL, because Redis before 4 knows no other; MIGRATE deletes in the same way.
 */
final class LeftoverRemoval {

  /** A key that may be on both servers, and the number under which its slot was opened, or 0. */
  record Doubtful(Key key, long proof) {}

  private final Backend source;
  private final Backend target;
  private final Backend proofs;
  private final boolean returning;
  private final CopyRun copies;
  private final List<Doubtful> keys;
  private Consumer<Boolean> onDone = done -> {};

  /**
   * A removal.
   *
   * @param proofs the target, where it carries the numbers
   */
  LeftoverRemoval(
      Backend source,
      Backend target,
      Backend proofs,
      boolean returning,
      CopyRun copies,
      List<Doubtful> keys) {
    this.source = source;
    this.target = target;
    this.proofs = proofs;
    this.returning = returning;
    this.copies = copies;
    this.keys = keys;
  }

  /** Looks at every key; {@code whenDone} learns whether all could be looked at. */
  void run(Consumer<Boolean> whenDone) {
    onDone = whenDone;
    next(0);
  }

  private void next(int index) {
    if (index == keys.size()) {
      onDone.accept(true);
    } else if (keys.get(index).proof() == 0) {
      begin(index, returning);
    } else {
      ifProven(
          index, () -> begin(index, true), () -> begin(index, false), () -> onDone.accept(false));
    }
  }

  /** Asks the target for the number of the key's slot. */
  private void ifProven(int index, Runnable proven, Runnable otherwise, Runnable unknown) {
    Doubtful doubtful = keys.get(index);
    BackendConnection asking = proofs.acquire();
    if (asking == null) {
      unknown.run();
      return;
    }
    ServerCall.send(
        asking,
        copies,
        SlotProof.read(SlotHash.slotOf(doubtful.key().bytes())),
        reply -> {
          if (reply.equals(bulk(SlotProof.value(doubtful.proof())))) {
            proven.run();
          } else if (reply.startsWith("$")) {
            otherwise.run();
          } else {
            unknown.run();
          }
        },
        unknown);
  }

  private static String bulk(byte[] value) {
    return "$" + value.length + "\r\n" + new String(value, StandardCharsets.US_ASCII) + "\r\n";
  }

  private void begin(int index, boolean targetCounts) {
    Backend home = targetCounts ? target : source;
    Backend away = targetCounts ? source : target;
    // A connection of its own: a transaction must not share one.
    BackendConnection watching = away.acquireDedicated();
    if (watching == null) {
      onDone.accept(false);
      return;
    }
    Consumer<Boolean> over =
        done -> {
          away.releaseDedicated(watching);
          if (done) {
            next(index + 1);
          } else {
            onDone.accept(false);
          }
        };
    byte[] key = keys.get(index).key().bytes();
    ServerCall.send(
        watching,
        copies,
        List.of(ServerCall.bytes("WATCH"), key),
        watched -> {
          BackendConnection asking = home.acquire();
          if (asking == null || !watched.startsWith("+")) {
            unwatch(watching, () -> over.accept(false));
            return;
          }
          ServerCall.send(
              asking,
              copies,
              List.of(ServerCall.bytes("EXISTS"), key),
              exists -> onLooked(index, targetCounts, exists.startsWith(":1"), watching, over),
              () -> unwatch(watching, () -> over.accept(false)));
        },
        () -> over.accept(false));
  }

  private void onLooked(
      int index,
      boolean targetCounts,
      boolean isHome,
      BackendConnection watching,
      Consumer<Boolean> over) {
    byte[] key = keys.get(index).key().bytes();
    if (!isHome) {
      unwatch(watching, () -> over.accept(true));
    } else if (targetCounts && keys.get(index).proof() != 0) {
      Runnable giveUp = () -> unwatch(watching, () -> over.accept(false));
      ifProven(index, () -> delete(watching, key, over), giveUp, giveUp);
    } else {
      delete(watching, key, over);
    }
  }

  private void delete(BackendConnection watching, byte[] key, Consumer<Boolean> over) {
    ServerCall.send(watching, copies, List.of(ServerCall.bytes("MULTI")), multi -> {}, () -> {});
    ServerCall.send(
        watching, copies, List.of(ServerCall.bytes("DEL"), key), queued -> {}, () -> {});
    ServerCall.send(
        watching,
        copies,
        List.of(ServerCall.bytes("EXEC")),
        executed -> over.accept(true),
        () -> over.accept(false));
  }

  private void unwatch(BackendConnection watching, Runnable then) {
    ServerCall.send(
        watching, copies, List.of(ServerCall.bytes("UNWATCH")), done -> then.run(), then);
  }
}
