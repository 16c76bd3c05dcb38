package io.vodis.topom.census;

import io.vodis.lifecycle.Periodic;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdmin;
import io.vodis.topom.TopomException;
import io.vodis.topom.TopomException.Code;
import io.vodis.topom.term.Term;
import java.time.Duration;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;

/** Looks at the servers for one leader: one look at a time, and samples in the background. */
public final class Inspection implements AutoCloseable {

  private static final Duration CENSUS_MAX = Duration.ofSeconds(100);
  private static final Duration SAMPLE_PERIOD = Duration.ofMinutes(1);

  private final Term term;
  private final RedisAdmin admin;
  private final CensusTaker taker;
  private final Fsck fsck;
  private final Periodic sampling;
  private final Semaphore looks = new Semaphore(1);

  /**
   * Starts to sample.
   *
   * @param admin connections of its own; closed with this
   */
  public Inspection(
      Term term, RedisAdmin admin, CensusTaker taker, Fsck fsck, StraySampler sampler) {
    this.term = term;
    this.admin = admin;
    this.taker = taker;
    this.fsck = fsck;
    this.sampling =
        Periodic.start(
            "topom-stray-sampler",
            SAMPLE_PERIOD,
            () -> {
              if (term.isCurrent()) {
                sampler.round();
              }
            });
  }

  /** What slots {@code first} to {@code last} hold. */
  public Census census(int first, int last) {
    return alone(() -> taker.take(first, last, CENSUS_MAX, term::isCurrent));
  }

  /** Looks for keys that are astray, compares and, if told to, repairs. */
  public FsckReport fsck(boolean repair) {
    return alone(
        () -> {
          Census census = taker.take(0, Topology.SLOT_COUNT - 1, CENSUS_MAX, term::isCurrent);
          if (repair) {
            term.confirm();
          }
          return new FsckReport(census, fsck.judge(census.strays(), repair));
        });
  }

  private <T> T alone(Supplier<T> look) {
    if (!looks.tryAcquire()) {
      throw new TopomException(Code.CONFLICT, "the servers are being looked at already; try later");
    }
    try {
      return look.get();
    } finally {
      looks.release();
    }
  }

  @Override
  public void close() {
    sampling.close();
    admin.close();
  }
}
