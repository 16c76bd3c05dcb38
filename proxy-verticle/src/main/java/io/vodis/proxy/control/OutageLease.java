package io.vodis.proxy.control;

import io.vodis.cluster.Witness;
import io.vodis.lifecycle.Clock;
import io.vodis.lifecycle.OneLine;
import io.vodis.lifecycle.Periodic;
import io.vodis.model.Member;
import io.vodis.store.Registration;
import io.vodis.store.StoreException;
import io.vodis.store.Witnesses;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Extends the lease while the store is away and enough other members have lost it too. They are
 * named in the store beforehand, and asked now and then while all is well, so that the way to them
 * is open when the store, by which the bus finds its members, is not there.
 */
final class OutageLease implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(OutageLease.class);
  private static final Duration NAMING_PERIOD = Duration.ofSeconds(2);
  private static final Duration GREETING_PERIOD = Duration.ofSeconds(3);

  /** Is given what may be served beyond the store's own lease. */
  interface Extension {
    void until(long sentNanos, Duration length);
  }

  private final Registration registration;
  private final Witnessing witnessing;
  private final KeptWitnesses kept;
  private final Clock clock;
  private final Duration lease;
  private final Extension extension;
  private final Periodic naming;
  private final Periodic asking;
  private long greetedNanos;
  private volatile boolean vouchedFor;

  /**
   * Starts.
   *
   * @param lease that the store lends
   */
  OutageLease(
      Registration registration,
      Witnessing witnessing,
      KeptWitnesses kept,
      Clock clock,
      Duration lease,
      Extension extension) {
    this.registration = registration;
    this.witnessing = witnessing;
    this.kept = kept;
    this.clock = clock;
    this.lease = lease;
    this.extension = extension;
    this.greetedNanos = clock.nanoTime() - GREETING_PERIOD.toNanos();
    this.naming = Periodic.start("witnesses", NAMING_PERIOD, this::name);
    this.asking = Periodic.start("outage-lease", lease.dividedBy(12), this::ask);
  }

  boolean isStoreLost() {
    return clock.nanoTime() - registration.answeredNanos() > Witness.lostAfter(lease).toNanos();
  }

  private void name() {
    if (isStoreLost()) {
      return;
    }
    try {
      List<Member> candidates = witnessing.candidates();
      Optional<Witnesses> named = registration.witnesses();
      if (!candidates.isEmpty()
          && (!named.map(Witnesses::members).equals(Optional.of(candidates))
              || named.filter(kept::isRevoked).isPresent())
          && kept.naming()) {
        registration.nameWitnesses(candidates);
        LOGGER.debug("named {} witnesses", candidates.size());
        // In this order, see registeredEpoch.
        registration.witnesses().ifPresent(w -> kept.named(w, registration.registeredEpoch()));
      }
    } catch (StoreException e) {
      LOGGER.debug("witnesses are not named now: {}", OneLine.of(e));
    }
  }

  private void ask() {
    boolean lost = isStoreLost();
    if (!lost) {
      if (vouchedFor) {
        vouchedFor = false;
        LOGGER.info("the store answers again, nobody needs to vouch any more");
      }
      if (clock.nanoTime() - greetedNanos < GREETING_PERIOD.toNanos()) {
        return;
      }
      greetedNanos = clock.nanoTime();
    }
    registration.witnesses().ifPresent(this::askAll);
  }

  private void askAll(Witnesses named) {
    int all = named.members().size();
    VouchRound round =
        new VouchRound(
            named,
            clock.nanoTime(),
            (sentNanos, length, vouching) -> onCarried(sentNanos, length, vouching, all));
    for (Member witness : named.members()) {
      witnessing
          .ask(witness, named.round(), lease)
          .onSuccess(round::onAnswer)
          .onFailure(
              e -> LOGGER.debug("no word of {}: {}", witness.serviceAddress(), e.toString()));
    }
  }

  private void onCarried(long sentNanos, Duration length, int vouching, int witnesses) {
    if (!vouchedFor) {
      vouchedFor = true;
      LOGGER.warn(
          "the store does not answer; goes on serving, as {} of {} others do not reach it either",
          vouching,
          witnesses);
    }
    extension.until(sentNanos, length);
  }

  @Override
  public void close() {
    naming.close();
    asking.close();
  }
}
