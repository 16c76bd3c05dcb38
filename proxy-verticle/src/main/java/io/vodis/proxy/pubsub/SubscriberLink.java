package io.vodis.proxy.pubsub;

import io.netty.buffer.ByteBuf;
import io.vodis.model.HostAndPort;
import io.vodis.proxy.backend.MessageLink;
import io.vodis.resp.RespWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What one subscriber has at one server: a connection of its own, made again when it breaks, and
 * its subscriptions there. Every command sent has one reply, in order; messages come in between.
 */
final class SubscriberLink implements MessageLink.Listener {

  private static final long FIRST_DELAY_NANOS = 50_000_000;
  private static final long MAX_DELAY_NANOS = 1_000_000_000;
  private static final byte[] PING = "PING".getBytes(StandardCharsets.US_ASCII);

  /** Where the latest command about a topic stands. */
  private static final class Standing {
    private final boolean leaving;
    private boolean answered;
    private @Nullable Settling settling;

    private Standing(boolean leaving, @Nullable Settling settling) {
      this.leaving = leaving;
      this.settling = settling;
      if (settling != null) {
        settling.oneMore();
      }
    }

    /** No more is to be waited for. */
    private void settle() {
      Settling waiting = settling;
      if (waiting != null) {
        settling = null;
        waiting.oneLess();
      }
    }
  }

  /** What the next reply that is no message answers: a topic's command, or a marker's PING. */
  private record Expected(
      @Nullable Topic topic, @Nullable Standing standing, @Nullable Runnable onPassed) {}

  private final HostAndPort server;
  private final Subscriber subscriber;
  private final Subscribers hub;
  private final Map<Topic, Standing> topics = new LinkedHashMap<>();
  private final ArrayDeque<Expected> expected = new ArrayDeque<>();
  private @Nullable MessageLink link;
  private String lastError = "";
  private long delayNanos;
  private long retryAtNanos;
  private boolean ended;

  SubscriberLink(HostAndPort server, Subscriber subscriber, Subscribers hub) {
    this.server = server;
    this.subscriber = subscriber;
    this.hub = hub;
  }

  HostAndPort server() {
    return server;
  }

  private void connect() {
    MessageLink fresh =
        new MessageLink(server, hub.backends(), hub.limits().maxMessageBytes(), this);
    link = fresh;
    fresh.open();
  }

  /** Subscribes here, now or as soon as there is a connection. */
  void add(Topic topic, @Nullable Settling settling) {
    Standing known = topics.get(topic);
    if (known != null && !known.leaving) {
      return;
    }
    Standing standing = new Standing(false, settling);
    topics.put(topic, standing);
    MessageLink present = link;
    if (present == null) {
      if (delayNanos > 0) {
        standing.settle();
      } else {
        connect();
      }
    } else if (present.isReady()) {
      send(present, topic, standing);
    }
  }

  /** Unsubscribes here. */
  void remove(Topic topic) {
    Standing known = topics.get(topic);
    if (known == null || known.leaving) {
      return;
    }
    known.settle();
    MessageLink present = link;
    if (present == null || !present.isReady()) {
      topics.remove(topic);
    } else {
      Standing leaving = new Standing(true, null);
      topics.put(topic, leaving);
      send(present, topic, leaving);
    }
  }

  private void send(MessageLink to, Topic topic, Standing standing) {
    ByteBuf out = to.outgoing();
    RespWriter.arrayHeader(out, 2);
    RespWriter.bulk(out, standing.leaving ? topic.kind().unsubscribe() : topic.kind().subscribe());
    RespWriter.bulk(out, topic.name());
    expected.addLast(new Expected(topic, standing, null));
  }

  /**
   * Has {@code onPassed} called when everything that the server had to say before now has come, or
   * will never come.
   */
  void mark(Runnable onPassed) {
    MessageLink present = link;
    if (present == null || !present.isReady()) {
      onPassed.run();
      return;
    }
    ByteBuf out = present.outgoing();
    RespWriter.arrayHeader(out, 1);
    RespWriter.bulk(out, PING);
    expected.addLast(new Expected(null, null, onPassed));
  }

  /** Whether it is asked for here, and not given up. */
  boolean wants(Topic topic) {
    Standing standing = topics.get(topic);
    return standing != null && !standing.leaving;
  }

  /** Whether the server has confirmed it. */
  boolean isConfirmed(Topic topic) {
    Standing standing = topics.get(topic);
    return standing != null && !standing.leaving && standing.answered;
  }

  /** Whether the server has, or may have, nothing of it any more. */
  boolean isFreeOf(Topic topic) {
    return !topics.containsKey(topic);
  }

  /** Whether the last attempt to connect has failed. */
  boolean isUnreachable() {
    return delayNanos > 0;
  }

  String lastError() {
    return lastError;
  }

  @Override
  public void onReady() {
    delayNanos = 0;
    MessageLink present = link;
    if (present != null) {
      topics.forEach((topic, standing) -> send(present, topic, standing));
    }
  }

  @Override
  public void onFrame(ByteBuf in, int offset, int length) {
    if (Messages.isMessage(in, offset)) {
      subscriber.onMessage(this, in, offset, length);
      return;
    }
    Expected next = expected.pollFirst();
    if (next == null) {
      MessageLink present = link;
      if (present != null) {
        present.close("the server sent a reply that nothing waits for");
      }
      return;
    }
    Runnable onPassed = next.onPassed();
    if (onPassed != null) {
      onPassed.run();
    }
    if (next.topic() != null && next.standing() != null) {
      onAnswer(next.topic(), next.standing(), in, offset, length);
    }
  }

  private void onAnswer(Topic topic, Standing standing, ByteBuf in, int offset, int length) {
    boolean refused = in.getByte(offset) == '-';
    standing.settle();
    if (topics.get(topic) == standing) {
      if (standing.leaving) {
        topics.remove(topic);
      } else if (refused) {
        topics.remove(topic);
        byte[] error = new byte[length];
        in.getBytes(offset, error);
        subscriber.onRefused(topic, error);
      } else {
        standing.answered = true;
      }
    }
    subscriber.onProgress();
    closeIfIdle();
  }

  /** Nothing is wanted here and nothing is to come. */
  void closeIfIdle() {
    if (topics.isEmpty() && expected.isEmpty() && !ended) {
      subscriber.onIdle(this);
      end();
    }
  }

  @Override
  public void onClosed(String reason, boolean neverReady) {
    link = null;
    lastError = reason;
    if (ended) {
      return;
    }
    if (neverReady) {
      delayNanos = Math.clamp(delayNanos * 2, FIRST_DELAY_NANOS, MAX_DELAY_NANOS);
      retryAtNanos = hub.now() + delayNanos;
    }
    topics.values().removeIf(standing -> standing.leaving);
    topics.replaceAll(
        (topic, standing) -> {
          standing.settle();
          return new Standing(false, null);
        });
    ArrayDeque<Expected> lost = new ArrayDeque<>(expected);
    expected.clear();
    for (Expected each : lost) {
      Runnable onPassed = each.onPassed();
      if (onPassed != null) {
        onPassed.run();
      }
    }
    hub.onLost();
    if (!neverReady && !topics.isEmpty()) {
      connect();
    }
    subscriber.onProgress();
    closeIfIdle();
  }

  /** The server is being replaced: nothing more is expected of this connection. */
  void breakOff(String reason) {
    MessageLink present = link;
    if (present != null) {
      present.close(reason);
    }
  }

  /** Periodic care. */
  void tick(long now) {
    MessageLink present = link;
    if (present == null) {
      if (!topics.isEmpty() && now - retryAtNanos >= 0) {
        connect();
      }
    } else if (present.tick(now, !expected.isEmpty())) {
      mark(() -> {});
    }
  }

  /** Not used any more. */
  void end() {
    ended = true;
    topics.values().forEach(Standing::settle);
    topics.clear();
    breakOff("not used any more");
    ArrayDeque<Expected> left = new ArrayDeque<>(expected);
    expected.clear();
    for (Expected each : left) {
      Runnable onPassed = each.onPassed();
      if (onPassed != null) {
        onPassed.run();
      }
    }
  }
}
