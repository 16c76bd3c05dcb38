package io.vodis.proxy.control;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.Vouched;
import io.vodis.bus.MemberQuery.VouchQuery;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.Periodic;
import io.vodis.model.Member;
import io.vodis.store.Witnesses;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.BiFunction;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes the place of the process before this one while the store is away: asks its witnesses to
 * vouch for it, over HTTP, as there is no bus. As long as enough of them do, no leader has gone on
 * without that process, and none can; so the newest table that it has acknowledged may be served.
 */
final class StandIn implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(StandIn.class);

  private final Witnesses witnesses;
  private final BiFunction<Member, VouchQuery, Future<Vouched>> ask;
  private final Clock clock;
  private final Duration lease;
  private final OutageLease.Extension extension;
  private final Map<String, String> words = new ConcurrentHashMap<>();
  private final Periodic asking;
  private volatile boolean carried;
  private volatile boolean closed;

  /**
   * Starts asking.
   *
   * @param witnesses that the process before this one has left
   * @param lease for how long they are asked to vouch
   */
  StandIn(
      Witnesses witnesses,
      BiFunction<Member, VouchQuery, Future<Vouched>> ask,
      Clock clock,
      Duration lease,
      OutageLease.Extension extension) {
    this.witnesses = witnesses;
    this.ask = ask;
    this.clock = clock;
    this.lease = lease;
    this.extension = extension;
    this.asking = Periodic.start("stand-in", lease.dividedBy(12), this::askAll);
  }

  private void askAll() {
    VouchRound round = new VouchRound(witnesses, clock.nanoTime(), this::onCarried);
    VouchQuery query =
        new VouchQuery(witnesses.proxy().incarnation(), witnesses.round(), lease.toMillis());
    for (Member witness : witnesses.members()) {
      ask.apply(witness, query)
          .onSuccess(
              word -> {
                note(witness, said(word));
                round.onAnswer(word);
              })
          .onFailure(e -> note(witness, String.valueOf(e.getMessage())));
    }
  }

  private static String said(Vouched word) {
    if (word.millis() > 0) {
      return "vouches";
    }
    return word.storeAnswers()
        ? "still reaches the store"
        : "has agreed to go on without this proxy";
  }

  private void note(Member witness, String word) {
    words.put(witness.role().id() + " " + witness.adminAddress(), word);
  }

  private void onCarried(long sentNanos, Duration length, int vouching) {
    if (closed) {
      return;
    }
    if (!carried) {
      carried = true;
      LOGGER.warn(
          "serves without the store in the place of {}, as {} of {} others vouch for it",
          witnesses.proxy().incarnation(),
          vouching,
          witnesses.members().size());
    }
    extension.until(sentNanos, length);
  }

  /** What each of them says, for whoever wonders why the proxy does not serve. */
  String state() {
    return "not enough of the "
        + witnesses.members().size()
        + " members that this proxy had named vouch for it "
        + words;
  }

  @Override
  public void close() {
    closed = true;
    asking.close();
  }
}
