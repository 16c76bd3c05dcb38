package io.vodis.it;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.apache.curator.framework.CuratorFramework;
import org.apache.curator.framework.CuratorFrameworkFactory;
import org.apache.curator.framework.recipes.cache.CuratorCache;
import org.apache.curator.framework.recipes.cache.CuratorCacheListener;
import org.apache.curator.retry.RetryOneTime;

/**
 * One slot's row in the store as it changes, told by the store itself: faster than any reader that
 * polls, so that a test can act before the leader's next step.
 */
final class StoredSlot implements AutoCloseable {

  private final CuratorFramework curator;
  private final CuratorCache cache;

  StoredSlot(String storeAddress, String product, int slotId) {
    curator = CuratorFrameworkFactory.newClient(storeAddress, new RetryOneTime(100));
    curator.start();
    String path = "/codis3/%s/slots/slot-%04d".formatted(product, slotId);
    cache = CuratorCache.build(curator, path, CuratorCache.Options.SINGLE_NODE_CACHE);
    cache.start();
  }

  /** Runs {@code action} once, as soon as the slot's action is in this state. */
  CountDownLatch when(String state, Runnable action) {
    CountDownLatch done = new CountDownLatch(1);
    String wanted = "\"" + state + "\"";
    CuratorCacheListener listener =
        CuratorCacheListener.builder()
            .forCreatesAndChanges(
                (before, now) -> {
                  String row = new String(now.getData(), StandardCharsets.UTF_8);
                  if (row.contains(wanted) && done.getCount() > 0) {
                    action.run();
                    done.countDown();
                  }
                })
            .build();
    cache.listenable().addListener(listener);
    return done;
  }

  static void await(CountDownLatch latch, String what) {
    try {
      if (!latch.await(30, TimeUnit.SECONDS)) {
        throw new AssertionError("not seen: " + what);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    cache.close();
    curator.close();
  }
}
