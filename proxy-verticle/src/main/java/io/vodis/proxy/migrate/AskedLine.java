package io.vodis.proxy.migrate;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Keys of a server that forbids MIGRATE: the leading topom is asked to move them, one batch at a
 * time. Keys asked for during a batch make up the next one.
 *
 * <p>A key counts as moved only when topom has said so. What became of a request without an answer
 * need not be known: topom moves nothing once it has turned a slot round or given it over, and is
 * asked again.
 */
final class AskedLine implements KeyLine {

  private static final Logger LOGGER = LoggerFactory.getLogger(AskedLine.class);
  private static final long FIRST_DELAY_NANOS = 5_000_000;
  private static final long MAX_DELAY_NANOS = 200_000_000;

  private record Wanted(Key key, KeyMover.Listener listener, long deadlineNanos) {}

  private final PullWay way;
  private final MoverEnvironment env;
  private final ArrayDeque<Wanted> wanted = new ArrayDeque<>();

  /** Asked for before, to be asked for again. */
  private final ArrayDeque<Wanted> left = new ArrayDeque<>();

  /** Being asked for. */
  private List<Wanted> batch = List.of();

  /** Nobody answers: new keys wait too. */
  private boolean holdsBack;

  private boolean asked;
  private boolean scheduled;
  private boolean abandoned;
  private String lastReason = "";
  private long delayNanos = FIRST_DELAY_NANOS;
  private long retryAtNanos;

  AskedLine(PullWay way, MoverEnvironment env) {
    this.way = way;
    this.env = env;
    this.retryAtNanos = env.clock().nowNanos();
  }

  @Override
  public PullWay way() {
    return way;
  }

  @Override
  public void add(Key key, long proof, KeyMover.Listener listener) {
    wanted.add(new Wanted(key, listener, env.clock().nowNanos() + env.patienceNanos()));
    schedule();
  }

  private void schedule() {
    if (!scheduled) {
      scheduled = true;
      env.flushes()
          .resume(
              () -> {
                scheduled = false;
                ask();
              });
    }
  }

  @Override
  public void tick(long now) {
    if (!(left.isEmpty() && wanted.isEmpty())) {
      ask();
    }
  }

  private void ask() {
    long now = env.clock().nowNanos();
    if (asked || abandoned || holdsBack && now - retryAtNanos < 0) {
      return;
    }
    List<Wanted> next = new ArrayList<>();
    take(wanted, next);
    if (now - retryAtNanos >= 0) {
      take(left, next);
    }
    if (!next.isEmpty()) {
      batch = next;
      asked = true;
      List<byte[]> keys = next.stream().map(each -> each.key().bytes()).toList();
      env.keyRequests().move(way.source(), way.target(), way.database(), keys, this::onAnswer);
    }
  }

  private void take(ArrayDeque<Wanted> from, List<Wanted> to) {
    while (to.size() < env.maxKeys() && !from.isEmpty()) {
      to.add(from.pollFirst());
    }
  }

  private void onAnswer(KeyRequests.Answer answer) {
    asked = false;
    if (abandoned) {
      return;
    }
    if (!answer.reason().equals(lastReason)) {
      lastReason = answer.reason();
      LOGGER.info(
          "keys from {} to {}: {}",
          way.source(),
          way.target(),
          lastReason.isEmpty() ? "topom moves them again" : lastReason);
    }
    holdsBack = !lastReason.isEmpty();
    long now = env.clock().nowNanos();
    if (answer.left().isEmpty()) {
      delayNanos = FIRST_DELAY_NANOS;
    } else {
      retryAtNanos = now + delayNanos / 2 + env.random().nextLong(delayNanos);
      delayNanos = Math.min(delayNanos * 2, MAX_DELAY_NANOS);
    }
    end(answer, now);
    if (!wanted.isEmpty()) {
      schedule();
    }
  }

  /** Tells of the keys that have moved and of those that have waited too long. */
  private void end(KeyRequests.Answer answer, long now) {
    Set<Integer> places = new HashSet<>(answer.left());
    List<Wanted> over = batch;
    batch = List.of();
    List<Wanted> givenUp = new ArrayList<>();
    List<Wanted> moved = new ArrayList<>();
    for (int place = 0; place < over.size(); place++) {
      Wanted each = over.get(place);
      if (!places.contains(place)) {
        moved.add(each);
      } else if (each.deadlineNanos() - now > 0) {
        left.add(each);
      } else {
        givenUp.add(each);
      }
    }
    moved.forEach(each -> each.listener().onOver(each.key(), true));
    givenUp.forEach(each -> each.listener().onOver(each.key(), false));
  }

  @Override
  public void abandon() {
    abandoned = true;
    List<Wanted> rest = new ArrayList<>(batch);
    rest.addAll(left);
    rest.addAll(wanted);
    batch = List.of();
    left.clear();
    wanted.clear();
    rest.forEach(each -> each.listener().onOver(each.key(), false));
  }
}
