package io.vodis.proxy.migrate;

import io.vodis.proxy.backend.Backend;
import io.vodis.proxy.backend.BackendConnection;
import io.vodis.proxy.loop.CopyRun;
import io.vodis.proxy.migrate.LeftoverRemoval.Doubtful;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A look at which of some keys the target has already, before they are moved in a way that would
 * replace what it has; of those that are on both servers the copy is removed that does not count.
 *
 * <p>The connection over which they will be moved has answered before the look. So a source that is
 * started anew afterwards, and brings keys back that had left, never gets the command.
 */
final class TargetLook {

  private static final List<byte[]> PING = List.of(ServerCall.bytes("PING"));

  private final Backend source;
  private final Backend target;
  private final CopyRun copies;
  private final List<Doubtful> keys;
  private final Function<List<Doubtful>, LeftoverRemoval> removal;
  private final List<Doubtful> found = new ArrayList<>();
  private Consumer<Boolean> onDone = done -> {};
  private @Nullable BackendConnection mover;
  private int answers;
  private boolean over;

  /**
   * A look that has not begun.
   *
   * @param removal of those that the target has
   */
  TargetLook(
      Backend source,
      Backend target,
      CopyRun copies,
      List<Doubtful> keys,
      Function<List<Doubtful>, LeftoverRemoval> removal) {
    this.source = source;
    this.target = target;
    this.copies = copies;
    this.keys = keys;
    this.removal = removal;
  }

  /** Looks at every key; {@code whenDone} learns whether all could be looked at. */
  void run(Consumer<Boolean> whenDone) {
    onDone = whenDone;
    if (keys.isEmpty()) {
      end(true);
      return;
    }
    BackendConnection connection = source.acquireDedicated();
    mover = connection;
    if (connection == null) {
      end(false);
    } else {
      ServerCall.send(connection, copies, PING, reply -> ask(), () -> end(false));
    }
  }

  /** The connection for the move, which is the caller's from here on; null if any will do. */
  @Nullable BackendConnection takeMover() {
    BackendConnection taken = mover;
    mover = null;
    return taken;
  }

  private void ask() {
    BackendConnection asking = target.acquire();
    if (asking == null) {
      end(false);
      return;
    }
    for (Doubtful doubtful : keys) {
      ServerCall.send(
          asking,
          copies,
          List.of(ServerCall.bytes("EXISTS"), doubtful.key().bytes()),
          reply -> onReply(doubtful, reply),
          () -> end(false));
    }
  }

  private void onReply(Doubtful doubtful, String reply) {
    answers++;
    if (!reply.startsWith(":")) {
      end(false);
      return;
    }
    if (!reply.startsWith(":0")) {
      found.add(doubtful);
    }
    if (answers == keys.size() && !over) {
      removal.apply(found).run(this::end);
    }
  }

  private void end(boolean done) {
    if (over) {
      return;
    }
    over = true;
    BackendConnection unused = done ? null : takeMover();
    if (unused != null) {
      source.releaseDedicated(unused);
    }
    onDone.accept(done);
  }
}
