package io.vodis.topom;

import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Topology;
import io.vodis.redis.ServerStatus;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What topom knows at one moment: the committed topology and what it has observed of servers,
 * members and running actions. Followers have it too, without the figures only the leader gathers.
 */
public record TopomView(
    Topology topology,
    long term,
    @Nullable Member leader,
    boolean leading,
    Map<HostAndPort, ServerHealth> servers,
    List<ProxyHealth> proxies,
    List<Member> members,
    List<ActionProgress> actions) {

  public TopomView {
    servers = Map.copyOf(servers);
    proxies = List.copyOf(proxies);
    members = List.copyOf(members);
    actions = List.copyOf(actions);
  }

  /**
   * A server as last seen.
   *
   * @param status null if it has not answered since this topom started
   * @param error why it did not answer the last time; null if it did
   */
  public record ServerHealth(
      @Nullable ServerStatus status, @Nullable String error, long ageMillis) {}

  /**
   * A proxy as listed in the store.
   *
   * @param alive whether its ephemeral node exists
   * @param epoch last acknowledged to this leader; -1 if none
   * @param warnings what is wrong with it although it serves, as it has told this leader
   */
  public record ProxyHealth(Member member, boolean alive, long epoch, List<String> warnings) {
    public ProxyHealth {
      warnings = List.copyOf(warnings);
    }
  }

  /**
   * A slot action that is not idle.
   *
   * @param state {@code pending}, {@code preparing}, {@code prepared}, {@code migrating}, {@code
   *     turning} or {@code finished}
   * @param returning whether the move is cancelled and its keys are on their way back, or about to
   * @param waitingFor what the action waits for, in words; empty if it is working
   * @param movedKeys of this slot, by the sweep so far
   * @param keysPerSecond measured over the whole running batch; 0 if unknown
   * @param eta of the running batch; null if unknown
   * @param bigKeys names of keys over {@code migration_big_key_bytes} seen in this slot, printable
   */
  public record ActionProgress(
      int slotId,
      int sourceGroupId,
      int targetGroupId,
      int index,
      String state,
      boolean returning,
      String waitingFor,
      long movedKeys,
      double keysPerSecond,
      @Nullable Duration eta,
      List<String> bigKeys) {
    public ActionProgress {
      bigKeys = List.copyOf(bigKeys);
    }
  }
}
