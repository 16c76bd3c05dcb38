package io.vodis.store.zookeeper;

import io.vodis.config.CoordinatorConfig;
import io.vodis.model.AuditEntry;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.model.Topology;
import io.vodis.store.Leadership;
import io.vodis.store.Registration;
import io.vodis.store.StoreChange;
import io.vodis.store.StoreChanges;
import io.vodis.store.StoreException;
import io.vodis.store.StorePaths;
import io.vodis.store.TopologyStore;
import io.vodis.store.Witnesses;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.apache.zookeeper.ZooKeeper;

/**
 * The topology store in ZooKeeper (3.6 or newer), in the place and form of Codis 3, so that a
 * product of Codis is taken over as it is. {@code docs/store.md} describes every node.
 */
public final class ZooKeeperTopologyStore implements TopologyStore {

  private final ZooKeeperConnection connection;
  private final StoreWatches watches;
  private final TopologyAccess topology;
  private final ZooKeeperElection election;
  private final ZooKeeperMembers members;
  private final ZooKeeperAudit audit;
  private final StoreLayout layout;
  private final ZooKeeperWitnesses witnesses;
  private final StorePaths paths;

  private ZooKeeperTopologyStore(CoordinatorConfig config, String product) {
    paths = new StorePaths(product);
    connection = new ZooKeeperConnection(config);
    layout = new StoreLayout(connection, paths);
    RowChanges changes = new RowChanges();
    watches = new StoreWatches(connection, paths, changes);
    topology = new TopologyAccess(connection, watches, changes, paths);
    election = new ZooKeeperElection(connection, layout, paths);
    audit = new ZooKeeperAudit(connection, paths);
    members = new ZooKeeperMembers(connection, paths);
    witnesses = new ZooKeeperWitnesses(connection, paths);
  }

  /** Begins to connect, and goes on for ever; see {@link #awaitConnected}. */
  public static ZooKeeperTopologyStore open(CoordinatorConfig config, String product) {
    return new ZooKeeperTopologyStore(config, product);
  }

  /** Waits until the store is reached; false if it was not within that time. */
  public boolean awaitConnected(Duration timeout) throws InterruptedException {
    return connection.awaitConnected(timeout);
  }

  @Override
  public Topology load() {
    return topology.load();
  }

  @Override
  public Topology commit(Leadership leadership, Topology base, List<StoreChange> changes) {
    Topology result = StoreChanges.apply(base, changes);
    topology.commit(election, fenceOf(leadership), base, result, changes);
    return result;
  }

  @Override
  public List<AuditEntry> audit(long before, int limit) {
    return audit.newest(before, limit);
  }

  @Override
  public void trimAudit(int keep) {
    audit.trim(keep);
  }

  @Override
  public Optional<Leadership> tryLead(Member self) {
    return election.tryLead(self);
  }

  @Override
  public void resign(Leadership leadership) {
    election.resign(fenceOf(leadership));
  }

  @Override
  public Optional<Leadership> leader() {
    return election.leader();
  }

  @Override
  public Registration register(Member self) {
    ZooKeeperRegistration registration =
        new ZooKeeperRegistration(connection, layout, members, witnesses, paths, self);
    registration.renewLease();
    return registration;
  }

  @Override
  public List<Member> liveMembers(Role role) {
    return members.live(role);
  }

  @Override
  public List<Member> listedMembers(Role role) {
    return members.listed(role);
  }

  @Override
  public void forget(Role role, String token) {
    members.forget(role, token);
    if (members.live(role).stream().noneMatch(member -> member.token().equals(token))) {
      // Nobody is waited for whom an operator has declared gone.
      witnesses.forget(token);
    }
  }

  @Override
  public List<Witnesses> witnesses() {
    return witnesses.all();
  }

  @Override
  public boolean passOver(Leadership leadership, Witnesses named) {
    return witnesses.remove(election, fenceOf(leadership), named);
  }

  @Override
  public AutoCloseable watch(Runnable onChange) {
    return watches.listen(onChange);
  }

  @Override
  public void close() {
    watches.close();
    connection.close();
  }

  /** For tests that end the session behind our back. */
  ZooKeeper session() {
    return connection.session();
  }

  private static ZooKeeperElection.Fence fenceOf(Leadership leadership) {
    if (leadership.fence() instanceof ZooKeeperElection.Fence fence) {
      return fence;
    }
    throw new StoreException(
        StoreException.Reason.NOT_LEADER, "this leadership was not won by an election");
  }
}
