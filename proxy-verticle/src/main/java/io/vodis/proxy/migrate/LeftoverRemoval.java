package io.vodis.proxy.migrate;

import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.loop.CopyRun;
import java.util.List;
import java.util.function.Consumer;

/**
 * Removes what a broken attempt has left of a key that is on both servers. Its truth is at home, on
 * the server that the slot set out from, which is the source, or the target of a slot that returns:
 * nobody writes to either copy while there are two. But between looking and removing, another mover
 * might remove the leftover, move the key, and a client change it; so the other server watches the
 * key over the whole of it:
 *
 * <pre>
 *   away: WATCH k
 *   home: EXISTS k        0: it is away; nothing to do
 *   away: MULTI, UNLINK k, EXEC     executed only if k was not touched since WATCH
 * </pre>
 */
final class LeftoverRemoval {

  private final Backend home;
  private final Backend away;
  private final CopyRun copies;
  private final List<Key> keys;

  LeftoverRemoval(Backend home, Backend away, CopyRun copies, List<Key> keys) {
    this.home = home;
    this.away = away;
    this.copies = copies;
    this.keys = keys;
  }

  /** Looks at every key; {@code onDone} learns whether all could be looked at. */
  void run(Consumer<Boolean> onDone) {
    // A connection of its own: a transaction must not share one.
    BackendConnection watching = away.acquireDedicated();
    if (watching == null) {
      onDone.accept(false);
      return;
    }
    next(
        watching,
        0,
        done -> {
          away.releaseDedicated(watching);
          onDone.accept(done);
        });
  }

  private void next(BackendConnection watching, int index, Consumer<Boolean> onDone) {
    if (index == keys.size()) {
      onDone.accept(true);
      return;
    }
    byte[] key = keys.get(index).bytes();
    Runnable lost = () -> onDone.accept(false);
    ServerCall.send(
        watching,
        copies,
        List.of(ServerCall.bytes("WATCH"), key),
        watched -> {
          BackendConnection asking = home.acquire();
          if (asking == null || !watched.startsWith("+")) {
            unwatch(watching, () -> onDone.accept(false));
            return;
          }
          ServerCall.send(
              asking,
              copies,
              List.of(ServerCall.bytes("EXISTS"), key),
              exists -> {
                if (exists.startsWith(":1")) {
                  unlink(watching, key, () -> next(watching, index + 1, onDone), lost);
                } else {
                  unwatch(watching, () -> next(watching, index + 1, onDone));
                }
              },
              () -> unwatch(watching, lost));
        },
        lost);
  }

  private void unlink(BackendConnection watching, byte[] key, Runnable then, Runnable lost) {
    ServerCall.send(watching, copies, List.of(ServerCall.bytes("MULTI")), multi -> {}, () -> {});
    ServerCall.send(
        watching, copies, List.of(ServerCall.bytes("UNLINK"), key), queued -> {}, () -> {});
    ServerCall.send(
        watching, copies, List.of(ServerCall.bytes("EXEC")), executed -> then.run(), lost);
  }

  private void unwatch(BackendConnection watching, Runnable then) {
    ServerCall.send(
        watching, copies, List.of(ServerCall.bytes("UNWATCH")), done -> then.run(), then);
  }
}
