package io.vodis.topom.projection;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import io.vodis.model.Topology;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SlotProjectionTest {

  private static final HostAndPort A = new HostAndPort("10.0.1.1", 6379);
  private static final HostAndPort A_REPLICA = new HostAndPort("10.0.1.2", 6379);
  private static final HostAndPort A_HIDDEN = new HostAndPort("10.0.1.3", 6379);
  private static final HostAndPort B = new HostAndPort("10.0.2.1", 6379);
  private static final HostAndPort B_REPLICA = new HostAndPort("10.0.2.2", 6379);

  /**
   * Group 1 owns the slot, group 2 is its target, each in some state of promotion; group 0 is none.
   */
  @ParameterizedTest(name = "{0} from {1} {2} to {3}: {4}")
  @CsvSource({
    "idle,      1, none,          none,          serving A with replicas",
    "idle,      1, preparing,     none,          broken A",
    "idle,      1, prepared,      none,          broken A",
    "idle,      1, preparing plan,none,          fenced A",
    "idle,      1, prepared plan, none,          fenced A",
    "idle,      1, finished,      none,          serving A",
    "idle,      1, none,          prepared,      serving A with replicas",
    "idle,      0, none,          none,          offline",
    "pending,   1, none,          none,          serving A with replicas",
    "pending,   1, preparing,     none,          broken A",
    "pending,   1, none,          preparing,     serving A with replicas",
    "pending,   0, none,          none,          offline",
    "preparing, 1, none,          none,          fenced A for B",
    "preparing, 1, preparing,     none,          broken A",
    "preparing, 1, prepared plan, none,          fenced A",
    "preparing, 1, none,          preparing,     fenced A",
    "preparing, 0, none,          none,          offline",
    "prepared,  1, none,          none,          fenced A for B",
    "prepared,  1, prepared,      none,          broken A",
    "prepared,  1, none,          prepared,      fenced A",
    "prepared,  0, none,          none,          offline",
    "migrating, 1, none,          none,          migrating A B",
    "migrating, 1, finished,      none,          migrating A B",
    "migrating, 1, preparing,     none,          broken A",
    "migrating, 1, prepared plan, none,          fenced A",
    "migrating, 1, none,          preparing,     broken B",
    "migrating, 1, none,          prepared plan, fenced B",
    "migrating, 1, preparing,     preparing,     broken A",
    "migrating, 0, none,          none,          serving B with replicas",
    "migrating, 0, none,          prepared,      broken B",
    "finished,  1, none,          none,          serving B with replicas",
    "finished,  1, preparing,     none,          serving B with replicas",
    "finished,  1, none,          prepared,      broken B",
    "finished,  1, none,          prepared plan, fenced B",
    "finished,  0, none,          none,          serving B with replicas",
  })
  void everyStateHasOneRoute(
      String action, int owner, String ownerPromotion, String targetPromotion, String expected) {
    // Given
    Topology topology =
        topology(
            new SlotMapping(5, owner, action(action)),
            new Group(
                1,
                List.of(
                    Server.of(A), new Server(A_REPLICA, "", true), new Server(A_HIDDEN, "", false)),
                promotion(ownerPromotion, A_REPLICA, A)),
            new Group(
                2,
                List.of(Server.of(B), new Server(B_REPLICA, "", true)),
                promotion(targetPromotion, B_REPLICA, B)));

    // When
    SlotRoute route = SlotProjection.routes(topology).get(5);

    // Then
    assertThat(route).isEqualTo(route(expected));
  }

  private static SlotAction action(String name) {
    return switch (name) {
      case "idle" -> SlotAction.IDLE;
      case "pending" -> new SlotAction.Pending(1, 2);
      case "preparing" -> new SlotAction.Preparing(1, 2);
      case "prepared" -> new SlotAction.Prepared(1, 2);
      case "migrating" -> new SlotAction.Migrating(1, 2);
      case "finished" -> new SlotAction.Finished(1, 2);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Promotion promotion(String name, HostAndPort candidate, HostAndPort primary) {
    return switch (name) {
      case "none" -> Promotion.NONE;
      case "preparing" -> new Promotion.Preparing(candidate, false);
      case "prepared" -> new Promotion.Prepared(candidate, false);
      case "preparing plan" -> new Promotion.Preparing(candidate, true);
      case "prepared plan" -> new Promotion.Prepared(candidate, true);
      case "finished" -> new Promotion.Finished(primary);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static SlotRoute route(String name) {
    return switch (name) {
      case "offline" -> SlotRoute.OFFLINE;
      case "serving A" -> new SlotRoute.Serving(A, List.of());
      case "serving A with replicas" -> new SlotRoute.Serving(A, List.of(A_REPLICA));
      case "serving B with replicas" -> new SlotRoute.Serving(B, List.of(B_REPLICA));
      case "fenced A" -> new SlotRoute.Fenced(A, false);
      case "fenced A for B" -> new SlotRoute.Fenced(A, false, List.of(B));
      case "fenced B" -> new SlotRoute.Fenced(B, false);
      case "broken A" -> new SlotRoute.Fenced(A, true);
      case "broken B" -> new SlotRoute.Fenced(B, true);
      case "migrating A B" -> new SlotRoute.Migrating(A, B);
      default -> throw new IllegalArgumentException(name);
    };
  }

  private static Topology topology(SlotMapping slot, Group... groups) {
    List<SlotMapping> slots = new ArrayList<>(Topology.empty("p").slots());
    slots.set(slot.slotId(), slot);
    return new Topology("p", 1, slots, Map.of(1, groups[0], 2, groups[1]));
  }

  @Test
  void aGroupWithoutServersServesNothing() {
    // Given
    Topology topology =
        topology(new SlotMapping(5, 1, SlotAction.IDLE), Group.empty(1), Group.empty(2));

    // When
    List<SlotRoute> routes = SlotProjection.routes(topology);

    // Then
    assertThat(routes).hasSize(Topology.SLOT_COUNT).containsOnly(SlotRoute.OFFLINE);
  }

  @Test
  void equalNeighboursArePushedAsOneRange() {
    // Given
    Topology topology =
        topology(
            new SlotMapping(5, 1, SlotAction.IDLE),
            Group.empty(1).withServers(List.of(Server.of(A))),
            Group.empty(2));

    // When
    List<SlotRange> ranges = SlotProjection.ranges(topology);

    // Then
    assertThat(ranges)
        .containsExactly(
            new SlotRange(0, 4, SlotRoute.OFFLINE),
            new SlotRange(5, 5, new SlotRoute.Serving(A, List.of())),
            new SlotRange(6, 1023, SlotRoute.OFFLINE));
  }
}
