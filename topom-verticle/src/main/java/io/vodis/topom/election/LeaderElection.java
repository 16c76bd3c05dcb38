package io.vodis.topom.election;

import io.vodis.lifecycle.Periodic;
import io.vodis.model.Member;
import io.vodis.store.Leadership;
import io.vodis.store.StoreException;
import io.vodis.topom.term.Term;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Tries to lead, for ever. Any number of topoms may do so: the store lets one. The services of a
 * leader are started when a term begins and stopped when it ends.
 */
public final class LeaderElection implements AutoCloseable {

  private static final Logger LOGGER = LoggerFactory.getLogger(LeaderElection.class);
  private static final Duration PERIOD = Duration.ofMillis(500);

  private final TopomContext context;
  private final Member self;
  private final Duration lease;
  private final Periodic loop;
  private volatile @Nullable LeaderServices services;
  private volatile boolean closed;

  /** Used by the loop alone: an outage is told once. */
  private boolean outage;

  private LeaderElection(TopomContext context, Member self) {
    this.context = context;
    this.self = self;
    this.lease =
        context.config().coordinator().coordinatorSessionTimeout().multipliedBy(2).dividedBy(3);
    this.loop = Periodic.start("topom-election", PERIOD, this::round);
  }

  public static LeaderElection start(TopomContext context, Member self) {
    return new LeaderElection(context, self);
  }

  /** The services of the present term, if this topom leads. */
  public Optional<LeaderServices> leading() {
    LeaderServices present = services;
    return present == null || present.term().hasEnded() ? Optional.empty() : Optional.of(present);
  }

  /** The store says that the leader, members or rows may have changed. */
  public void onStoreChange() {
    loop.wake();
    LeaderServices present = services;
    if (present != null) {
      present.onStoreChange();
    }
  }

  /** Stops leading, so that another can take over at once. */
  @Override
  public void close() {
    closed = true;
    loop.close();
    endTerm();
  }

  private void round() {
    if (closed) {
      return;
    }
    try {
      LeaderServices present = services;
      if (present == null) {
        context.store().tryLead(self).ifPresent(this::beginTerm);
      } else if (present.term().hasEnded()) {
        endTerm();
      } else {
        present.term().confirm();
        present.topology().settle();
      }
      outage = false;
    } catch (StoreException e) {
      if (e.reason() == StoreException.Reason.NOT_LEADER) {
        endTerm();
        loop.wake();
      } else if (!outage) {
        outage = true;
        LOGGER.warn("the store cannot be asked who leads: {}", e.getMessage());
      }
    }
  }

  private void beginTerm(Leadership leadership) {
    LOGGER.info("leads, term {}", leadership.term());
    Term term = new Term(context.store(), leadership, context.clock(), lease);
    try {
      services = new LeaderServices(context, term);
    } catch (StoreException e) {
      LOGGER.warn("cannot begin term {}: {}", leadership.term(), e.getMessage());
      context.store().resign(leadership);
    }
  }

  private void endTerm() {
    LeaderServices present = services;
    services = null;
    if (present != null) {
      LOGGER.info("term {} is over", present.term().number());
      present.close();
      try {
        context.store().resign(present.term().leadership());
      } catch (StoreException e) {
        LOGGER.debug("the lead ends with the store session: {}", e.getMessage());
      }
    }
  }
}
