package io.vodis.topom.census;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Topology;
import io.vodis.redis.RedisAdmin;
import io.vodis.redis.RedisAdminException;
import io.vodis.redis.Replies;
import io.vodis.redis.Reply;
import io.vodis.slot.ReservedName;
import io.vodis.slot.SlotHash;
import java.time.Duration;
import java.util.Collections;
import java.util.List;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Looks at a few random keys of every primary now and then: whether they belong there. */
public final class StraySampler {

  private static final Logger LOGGER = LoggerFactory.getLogger(StraySampler.class);
  private static final int KEYS = 20;
  private static final Duration TIMEOUT = Duration.ofSeconds(1);

  private final RedisAdmin admin;
  private final Supplier<Topology> topology;
  private final SampleCounts counts;

  public StraySampler(RedisAdmin admin, Supplier<Topology> topology, SampleCounts counts) {
    this.admin = admin;
    this.topology = topology;
    this.counts = counts;
  }

  /** One look at every primary. */
  public void round() {
    Topology now = topology.get();
    for (Group group : now.groups().values()) {
      for (HostAndPort primary : now.primaryOf(group.groupId()).stream().toList()) {
        try {
          look(now, group.groupId(), primary);
        } catch (RedisAdminException e) {
          LOGGER.debug("{} is not sampled now: {}", primary, e.getMessage());
        }
      }
    }
  }

  private void look(Topology judgedBy, int groupId, HostAndPort primary) {
    List<Reply> keys =
        admin.callAll(primary, 0, TIMEOUT, Collections.nCopies(KEYS, Replies.command("RANDOMKEY")));
    int strays = 0;
    for (Reply key : keys) {
      // A topology that has changed meanwhile says nothing about the key.
      if (key instanceof Reply.Text text && topology.get() == judgedBy) {
        counts.sampled().increment();
        if (!ReservedName.is(text.bytes())
            && !CensusTaker.belongs(judgedBy.slot(SlotHash.slotOf(text.bytes())), groupId)) {
          counts.strays().increment();
          strays++;
        }
      }
    }
    if (strays > 0) {
      LOGGER.warn(
          "{} of {} keys sampled on {} belong to other groups: run vodis admin fsck",
          strays,
          keys.size(),
          primary);
    }
  }
}
