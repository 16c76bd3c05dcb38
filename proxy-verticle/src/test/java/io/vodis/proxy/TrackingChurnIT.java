package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.testsupport.Poll;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import io.vodis.testsupport.RespPush;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

/**
 * Clients that keep what they have read while others write, slots move and connections are cut: in
 * the end nothing that is kept differs from what is stored. Cycles of moves are counted, not timed.
 */
class TrackingChurnIT extends OnTwoServers {

  private static final int KEYS = 48;
  private static final int CYCLES = 6;
  private static final Duration SOON = Duration.ofSeconds(20);

  /** Stands for a value that has been asked for and may be kept when it comes. */
  private static final String AWAITED = "(awaited)";

  private final AtomicBoolean ending = new AtomicBoolean();
  private final AtomicInteger invalidations = new AtomicInteger();

  private static String key(int i) {
    return "key:" + i;
  }

  @Test
  void whatIsReadInResp3() throws Exception {
    churn(new Pushed(List.of(), false));
  }

  @Test
  void whatIsReadBehindCachingYes() throws Exception {
    churn(new Pushed(List.of("OPTIN"), true));
  }

  @Test
  void whatIsReadInResp2AndToldToAnother() throws Exception {
    churn(new Redirected());
  }

  private void churn(Reader reader) throws Exception {
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      List<Future<?>> all = new ArrayList<>();
      all.add(threads.submit(reader::read));
      all.add(threads.submit(reader::listen));
      all.add(threads.submit(this::write));
      for (int cycle = 0; cycle < CYCLES; cycle++) {
        move(lower.address(), upper.address());
        lower.call("CLIENT", "KILL", "TYPE", "normal");
        move(upper.address(), lower.address());
        upper.call("CLIENT", "KILL", "TYPE", "normal");
      }
      int seen = invalidations.get();
      Poll.until(SOON, "still told", () -> invalidations.get() > seen + 20);
      ending.set(true);
      for (Future<?> each : all) {
        each.get(30, TimeUnit.SECONDS);
      }
    }
    reader.close();
  }

  /** The lower half of the slots goes from one server to the other, all keys with it. */
  private void move(HostAndPort from, HostAndPort to) throws Exception {
    install(new SlotRoute.Fenced(from, false, List.of(to)));
    install(new SlotRoute.Migrating(from, to));
    try (RespClient client = planes.client()) {
      for (int i = 0; i < KEYS; i++) {
        String key = key(i);
        Poll.until(SOON, "moved " + key, () -> !(client.call("EXISTS", key) instanceof RespError));
      }
    }
    install(new SlotRoute.Fenced(from, false, List.of(to)));
    install(Planes.serving(to));
  }

  private void install(SlotRoute low) throws Exception {
    planes
        .install(
            List.of(
                new SlotRange(0, 511, low),
                new SlotRange(512, 1023, Planes.serving(upper.address()))))
        .await(10, TimeUnit.SECONDS);
  }

  private void write() {
    Random random = new Random(7);
    try (RespClient client = planes.client()) {
      for (int i = 0; !ending.get(); i++) {
        // An error says nothing of whether it was written, and does not matter here.
        client.call("SET", key(random.nextInt(KEYS)), Integer.toString(i));
      }
    }
  }

  /** A client that keeps what it reads. */
  private abstract class Reader implements AutoCloseable {
    final Map<String, String> kept = new ConcurrentHashMap<>();

    abstract void read();

    void listen() {}

    void invalidate(@Nullable Object keys) {
      invalidations.incrementAndGet();
      if (keys == null) {
        kept.clear();
      } else {
        ((List<?>) keys).forEach(kept::remove);
      }
    }

    /** After the last write: what is kept must come to be what is stored. */
    void verify(RespClient truth, Runnable hear) {
      Poll.until(
          SOON,
          "nothing stale is kept",
          () -> {
            hear.run();
            return kept.entrySet().stream()
                .allMatch(entry -> entry.getValue().equals(truth.call("GET", entry.getKey())));
          });
    }

    @Override
    public void close() {}
  }

  private final class Pushed extends Reader {
    private final List<String> options;
    private final boolean caching;

    private Pushed(List<String> options, boolean caching) {
      this.options = options;
      this.caching = caching;
    }

    @Override
    void read() {
      Random random = new Random(11);
      try (RespClient client = planes.client();
          RespClient truth = planes.client()) {
        client.expect("HELLO", "3");
        List<String> on = new ArrayList<>(List.of("CLIENT", "TRACKING", "ON"));
        on.addAll(options);
        client.expect(on.toArray(String[]::new));
        while (!ending.get()) {
          String key = key(random.nextInt(KEYS));
          if (caching) {
            client.send("CLIENT", "CACHING", "YES");
          }
          client.send("GET", key);
          client.flush();
          if (caching) {
            assertThat(reply(client)).isEqualTo("OK");
          }
          if (reply(client) instanceof String value) {
            kept.put(key, value);
          }
        }
        assertThat(kept).isNotEmpty();
        verify(
            truth,
            () -> {
              client.send("PING");
              client.flush();
              assertThat(reply(client)).isEqualTo("PONG");
            });
      }
    }

    private @Nullable Object reply(RespClient client) {
      Object frame = client.receive();
      while (frame instanceof RespPush push) {
        assertThat(push.items().getFirst()).isEqualTo("invalidate");
        invalidate(push.items().get(1));
        frame = client.receive();
      }
      return frame;
    }
  }

  private final class Redirected extends Reader {
    private final RespClient listener = planes.client();
    private final String id = String.valueOf(listener.call("CLIENT", "ID"));

    @Override
    void listen() {
      listener.timeout(Duration.ofSeconds(60));
      while (true) {
        Object frame = listener.receive();
        if (!(frame instanceof List<?> message) || message.getFirst().equals("unsubscribe")) {
          return;
        }
        if (message.getFirst().equals("message")) {
          invalidate(message.get(2));
        }
      }
    }

    @Override
    void read() {
      Random random = new Random(11);
      listener.send("SUBSCRIBE", "__redis__:invalidate");
      listener.flush();
      try (RespClient client = planes.client();
          RespClient truth = planes.client()) {
        client.expect("CLIENT", "TRACKING", "ON", "REDIRECT", id);
        while (!ending.get()) {
          String key = key(random.nextInt(KEYS));
          kept.put(key, AWAITED);
          Object value = client.call("GET", key);
          if (value instanceof String text) {
            kept.replace(key, AWAITED, text);
          } else {
            kept.remove(key, AWAITED);
          }
        }
        verify(truth, () -> {});
      }
      listener.send("UNSUBSCRIBE");
      listener.flush();
    }

    @Override
    public void close() {
      listener.close();
    }
  }
}
