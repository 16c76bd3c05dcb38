package io.vodis.proxy.tracking;

import io.vodis.proxy.process.ProcessView;
import io.vodis.proxy.session.Session;
import io.vodis.proxy.session.SessionRegistry;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The way of one client's invalidations to another client, which may be on another event loop: then
 * they go in batches, one at a time. If more gathers than a client may have untaken, what gathered
 * becomes one message to forget all.
 */
final class Redirection {

  private final long clientId;
  private final ProcessView process;
  private final SessionRegistry own;
  private final long bytesMax;
  private final Runnable onBroken;
  private List<byte @Nullable []> gathered = new ArrayList<>();
  private long gatheredBytes;
  private boolean underway;

  /**
   * A way to a client.
   *
   * @param bytesMax that gather, and that the client may leave untaken; 0 for any number
   * @param onBroken called when something was to be told and the client is not there
   */
  Redirection(
      long clientId, ProcessView process, SessionRegistry own, long bytesMax, Runnable onBroken) {
    this.clientId = clientId;
    this.process = process;
    this.own = own;
    this.bytesMax = bytesMax;
    this.onBroken = onBroken;
  }

  void tell(byte @Nullable [] keys) {
    Session here = own.byId(clientId);
    if (here != null) {
      deliver(here, Collections.singletonList(keys));
      return;
    }
    gathered.add(keys);
    gatheredBytes += keys == null ? 1 : keys.length;
    if (bytesMax > 0 && gatheredBytes > bytesMax) {
      gathered.clear();
      gathered.add(null);
      gatheredBytes = 1;
    }
    if (!underway) {
      ship();
    }
  }

  private void ship() {
    List<byte @Nullable []> batch = gathered;
    gathered = new ArrayList<>();
    gatheredBytes = 0;
    underway = true;
    process.eachLoop(
        env -> {
          Session there = env.sessions().byId(clientId);
          return there != null && deliver(there, batch);
        },
        told -> {
          underway = false;
          if (!told.contains(true)) {
            gathered.clear();
            gatheredBytes = 0;
            onBroken.run();
          } else if (!gathered.isEmpty()) {
            ship();
          }
        });
  }

  private boolean deliver(Session client, List<byte @Nullable []> batch) {
    batch.forEach(keys -> Invalidation.tell(client, keys));
    if (bytesMax > 0 && client.untakenBytes() > bytesMax) {
      client.closeOverLimit("it takes invalidations too slowly");
    }
    return true;
  }
}
