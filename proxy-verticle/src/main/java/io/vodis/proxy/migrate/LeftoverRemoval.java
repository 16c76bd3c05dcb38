package io.vodis.proxy.migrate;

import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.loop.CopyRun;
import java.util.List;
import java.util.function.Consumer;

/**
 * Removes from the target what a broken attempt has left there. A key that is on both servers is
 * such a leftover: its truth is on the source. But between looking and removing, another mover
 * might remove the leftover, move the key, and a client change it; so the target watches the key
 * over the whole of it:
 *
 * <pre>
 *   target: WATCH k
 *   source: EXISTS k        0: it has been moved; nothing to do
 *   target: MULTI, UNLINK k, EXEC     executed only if k was not touched since WATCH
 * </pre>
 */
final class LeftoverRemoval {

  private final Backend source;
  private final Backend target;
  private final CopyRun copies;
  private final List<Key> keys;

  LeftoverRemoval(Backend source, Backend target, CopyRun copies, List<Key> keys) {
    this.source = source;
    this.target = target;
    this.copies = copies;
    this.keys = keys;
  }

  /** Looks at every key; {@code onDone} learns whether all could be looked at. */
  void run(Consumer<Boolean> onDone) {
    // A connection of its own: a transaction must not share one.
    BackendConnection watching = target.acquireDedicated();
    if (watching == null) {
      onDone.accept(false);
      return;
    }
    next(
        watching,
        0,
        done -> {
          target.releaseDedicated(watching);
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
          BackendConnection asking = source.acquire();
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
