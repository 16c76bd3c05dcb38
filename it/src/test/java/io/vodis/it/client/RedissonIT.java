package io.vodis.it.client;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;
import org.redisson.Redisson;
import org.redisson.api.RAtomicLong;
import org.redisson.api.RBatch;
import org.redisson.api.RBlockingQueue;
import org.redisson.api.RBucket;
import org.redisson.api.RLock;
import org.redisson.api.RMap;
import org.redisson.api.RScoredSortedSet;
import org.redisson.api.RSemaphore;
import org.redisson.api.RTopic;
import org.redisson.api.RedissonClient;
import org.redisson.config.Config;

/** Redisson's locks, queues and topics: scripts, blocking commands and pub/sub in one client. */
@ExtendWith(SharedProduct.Extension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class RedissonIT {

  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final SharedProduct product;
  private final RedissonClient redisson;
  private final RedissonClient other;

  RedissonIT(SharedProduct product) {
    this.product = product;
    redisson = connect(product);
    other = connect(product);
  }

  private static RedissonClient connect(SharedProduct product) {
    Config config = new Config();
    config.useSingleServer().setAddress("redis://" + product.address());
    return Redisson.create(config);
  }

  @AfterAll
  void close() {
    redisson.shutdown(0, 1, TimeUnit.SECONDS);
    other.shutdown(0, 1, TimeUnit.SECONDS);
  }

  @Test
  void aLockIsHeldByOneAndHandedOver() throws Exception {
    // Given
    RLock mine = redisson.getLock("redisson:lock");
    RLock yours = other.getLock("redisson:lock");
    mine.lock();

    // When
    boolean early = yours.tryLock();
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(() -> locksWithin(yours, PATIENCE));
    mine.unlock();

    // Then
    assertThat(early).isFalse();
    assertThat(waiting.get(30, TimeUnit.SECONDS)).isTrue();
  }

  private static boolean locksWithin(RLock lock, Duration time) {
    try {
      return lock.tryLock(time.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void aLockExcludesWhileSlotsMove() throws Exception {
    // Given
    RBucket<Integer> counter = redisson.getBucket("redisson:counter");
    counter.set(0);
    int threads = 4;
    int rounds = 25;

    // When
    try (SharedProduct.MovingSlots moving = product.moveSlots();
        ExecutorService pool = Executors.newFixedThreadPool(threads)) {
      List<CompletableFuture<Void>> done = new ArrayList<>();
      for (int thread = 0; thread < threads; thread++) {
        RedissonClient client = thread % 2 == 0 ? redisson : other;
        done.add(CompletableFuture.runAsync(() -> raise(client, rounds), pool));
      }
      for (CompletableFuture<Void> one : done) {
        one.get(60, TimeUnit.SECONDS);
      }
    }

    // Then
    assertThat(counter.get()).isEqualTo(threads * rounds);
  }

  private static void raise(RedissonClient client, int rounds) {
    RLock lock = client.getLock("redisson:exclusive");
    RBucket<Integer> counter = client.getBucket("redisson:counter");
    for (int round = 0; round < rounds; round++) {
      lock.lock();
      try {
        counter.set(counter.get() + 1);
      } finally {
        lock.unlock();
      }
    }
  }

  @Test
  void aQueueHandsItsItemsToWhoeverWaits() throws Exception {
    // Given
    RBlockingQueue<String> in = other.getBlockingQueue("redisson:queue");
    CompletableFuture<List<String>> taken = CompletableFuture.supplyAsync(() -> take(in, 20));

    // When
    RBlockingQueue<String> out = redisson.getBlockingQueue("redisson:queue");
    List<String> sent = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      sent.add("item " + i);
      out.put("item " + i);
    }

    // Then
    assertThat(taken.get(30, TimeUnit.SECONDS)).isEqualTo(sent);
    assertThat(out.poll(100, TimeUnit.MILLISECONDS)).isNull();
  }

  private static List<String> take(RBlockingQueue<String> queue, int count) {
    List<String> taken = new ArrayList<>();
    try {
      for (int i = 0; i < count; i++) {
        taken.add(queue.take());
      }
    } catch (InterruptedException e) {
      throw new IllegalStateException(e);
    }
    return taken;
  }

  @Test
  void aTopicReachesItsListeners() throws Exception {
    // Given
    LinkedBlockingQueue<String> heard = new LinkedBlockingQueue<>();
    RTopic there = other.getTopic("redisson:topic");
    there.addListener(String.class, (channel, message) -> heard.add(message));

    // When
    redisson.getTopic("redisson:topic").publish("hello");

    // Then
    assertThat(heard.poll(20, TimeUnit.SECONDS)).isEqualTo("hello");
    there.removeAllListeners();
  }

  @Test
  void collectionsSemaphoresAndBatches() throws Exception {
    RMap<String, Integer> map = redisson.getMap("redisson:map");
    map.putAll(Map.of("a", 1, "b", 2));
    assertThat(map.put("a", 42)).isEqualTo(1);
    assertThat(map.readAllMap()).isEqualTo(Map.of("a", 42, "b", 2));

    RScoredSortedSet<String> scores = redisson.getScoredSortedSet("redisson:scores");
    scores.add(2, "two");
    scores.add(1, "one");
    assertThat(scores.readAll()).containsExactly("one", "two");

    RAtomicLong number = redisson.getAtomicLong("redisson:number");
    assertThat(number.compareAndSet(0, 5)).isTrue();

    RSemaphore semaphore = redisson.getSemaphore("redisson:semaphore");
    semaphore.trySetPermits(1);
    assertThat(semaphore.tryAcquire()).isTrue();
    assertThat(other.getSemaphore("redisson:semaphore").tryAcquire()).isFalse();

    RBatch batch = redisson.createBatch();
    for (int i = 0; i < 50; i++) {
      var unused = batch.getBucket("redisson:batch:" + i).setAsync("v" + i);
    }
    assertThat(batch.execute().getResponses()).hasSize(50);
    assertThat(redisson.getBuckets().get("redisson:batch:0", "redisson:batch:49"))
        .isEqualTo(Map.of("redisson:batch:0", "v0", "redisson:batch:49", "v49"));
    assertThat(redisson.getKeys().getKeysByPattern("redisson:batch:*")).hasSize(50);
  }
}
