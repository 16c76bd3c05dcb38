package io.vodis.store;

import io.vodis.model.AuditEntry;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import java.util.List;
import java.util.Optional;

/**
 * The truth about a product: its topology, who leads, who takes part. Every role reads; only the
 * leader writes, each time in one transaction that checks its leadership and raises the epoch.
 *
 * <p>Methods block and are called from virtual threads. All may throw {@link StoreException}. Reads
 * are linearizable: they see every commit that had returned before the call.
 *
 * <p>Paths and JSON are those of Codis 3 ({@code /codis3/{product}/slots}, {@code group}, {@code
 * proxy}, {@code topom}); what Vodis adds is below {@code /codis3/{product}/vodis}.
 */
public interface TopologyStore extends AutoCloseable {

  /** The latest committed topology; {@link Topology#empty} if nothing is stored. */
  Topology load();

  /**
   * Applies {@code changes} to {@code base} as one transaction and returns the result, whose epoch
   * is one higher.
   *
   * @throws StoreException {@code NOT_LEADER}, {@code STALE_EPOCH} if {@code base} is not the
   *     latest, or {@code UNAVAILABLE} (then the change may or may not have been made)
   */
  Topology commit(Leadership leadership, Topology base, List<StoreChange> changes);

  /**
   * The newest entries of the audit log, newest first.
   *
   * @param before only entries of lower epochs; {@link Long#MAX_VALUE} for the newest
   */
  List<AuditEntry> audit(long before, int limit);

  /** Removes the oldest entries of the audit log, so that {@code keep} are left. */
  void trimAudit(int keep);

  /**
   * Takes the lead if nobody has it; raises the term. The leadership ends with this client's store
   * session or with {@link #resign}.
   */
  Optional<Leadership> tryLead(Member self);

  /** Gives the lead up; nothing happens if it is lost already. */
  void resign(Leadership leadership);

  /** Who leads now, with its term; the {@code fence} of the result is of no use. */
  Optional<Leadership> leader();

  /** Lists a member for good and marks it alive. */
  Registration register(Member self);

  /** Members of a role that are alive: their ephemeral node exists. One entry per incarnation. */
  List<Member> liveMembers(Role role);

  /** Members of a role ever registered and not forgotten, alive or not. One entry per token. */
  List<Member> listedMembers(Role role);

  /**
   * Removes a member's persistent entry. A live member lists itself again at its next renewal; one
   * that is not alive is not waited for any more, whoever may vouch for it.
   */
  void forget(Role role, String token);

  /** What proxies have named, those that are gone and not passed over included. */
  List<Witnesses> witnesses();

  /**
   * Takes away what a proxy has named that is not alive: the proxy is not waited for any more, and
   * knows when it is back that it must not go on with the table it has.
   *
   * @return false if the proxy has named others meanwhile
   * @throws StoreException {@code NOT_LEADER} or {@code UNAVAILABLE}
   */
  boolean passOver(Leadership leadership, Witnesses named);

  /**
   * Calls {@code onChange} (on some thread, calls coalesced) after the topology, the leader or the
   * members may have changed, and after every reconnection. Closing the result ends it.
   */
  AutoCloseable watch(Runnable onChange);

  @Override
  void close();
}
