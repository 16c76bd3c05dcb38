package io.vodis.topom.resync;

import io.vertx.core.Future;
import io.vodis.bus.BusReply.Released;
import io.vodis.lifecycle.Later;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.store.Leadership;
import io.vodis.store.TopologyStore;
import io.vodis.store.Witnesses;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiFunction;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The proxies that may be serving: those alive in the store, and those that are not, but for which
 * others may vouch. One of the latter is passed over once so many of its witnesses agree that the
 * rest is too few. Not before its row is gone from the store, and then the list of the living is
 * read again: a proxy that has come back in between is on it, one that comes back later misses its
 * row and takes no request before it has a newer table.
 */
public final class ServingProxies implements Supplier<List<Member>> {

  private static final Logger LOGGER = LoggerFactory.getLogger(ServingProxies.class);

  private final TopologyStore store;
  private final Leadership leadership;
  private final BiFunction<Member, Witnesses, Future<Released>> ask;

  /**
   * The proxies of a product, as its leader sees them.
   *
   * @param ask a witness; fails if it does not answer soon
   */
  public ServingProxies(
      TopologyStore store,
      Leadership leadership,
      BiFunction<Member, Witnesses, Future<Released>> ask) {
    this.store = store;
    this.leadership = leadership;
    this.ask = ask;
  }

  /** Reads the store, and asks witnesses if somebody is missing. Blocks. */
  @Override
  public List<Member> get() {
    // In this order: who registers after the first look has a table that is new enough.
    List<Member> live = store.liveMembers(Role.PROXY);
    List<Witnesses> gone =
        store.witnesses().stream().filter(named -> !isAlive(named.proxy(), live)).toList();
    if (gone.isEmpty()) {
      return live;
    }
    List<Member> present = new ArrayList<>(live);
    present.addAll(store.liveMembers(Role.TOPOM));
    present.addAll(store.liveMembers(Role.HA));
    List<Member> waitedFor = new ArrayList<>();
    for (Witnesses named : gone) {
      if (isReleased(named, present) && store.passOver(leadership, named)) {
        LOGGER.info(
            "proxy {} ({}) is passed over",
            named.proxy().serviceAddress(),
            named.proxy().incarnation());
      } else {
        waitedFor.add(named.proxy());
      }
    }
    List<Member> serving = new ArrayList<>(store.liveMembers(Role.PROXY));
    waitedFor.stream().filter(proxy -> !isAlive(proxy, serving)).forEach(serving::add);
    return serving;
  }

  private static boolean isAlive(Member proxy, List<Member> live) {
    return live.stream().anyMatch(member -> member.incarnation().equals(proxy.incarnation()));
  }

  private boolean isReleased(Witnesses named, List<Member> present) {
    List<Future<Released>> answers =
        named.members().stream().map(w -> ask.apply(successorOf(w, present), named)).toList();
    int agreeing = 0;
    for (Future<Released> answer : answers) {
      if (answerOf(answer).filter(released -> released.waitMillis() == 0).isPresent()) {
        agreeing++;
      }
    }
    if (!named.release(agreeing)) {
      LOGGER.debug(
          "{} of {} witnesses agree to pass over {}",
          agreeing,
          named.members().size(),
          named.proxy().incarnation());
    }
    return named.release(agreeing);
  }

  /** The same process, or the one that has taken its place: it answers for its predecessor. */
  private static Member successorOf(Member witness, List<Member> present) {
    return present.stream()
        .filter(m -> m.role() == witness.role() && m.token().equals(witness.token()))
        .findFirst()
        .orElse(witness);
  }

  private static Optional<Released> answerOf(Future<Released> answer) {
    Later<Optional<Released>> word = new Later<>();
    // No answer is no agreement.
    answer.onComplete(
        released -> word.complete(Optional.of(released)), none -> word.complete(Optional.empty()));
    try {
      return word.awaitInterruptibly();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return Optional.empty();
    }
  }
}
