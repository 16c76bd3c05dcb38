package io.vodis.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vodis.model.Group;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.PinnedKey;
import io.vodis.model.Promotion;
import io.vodis.model.Server;
import io.vodis.model.SlotAction;
import io.vodis.model.SlotMapping;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;

class TopologyRowsTest {

  private static final String PATH = "/codis3/demo/row";
  private static final HostAndPort A = new HostAndPort("10.0.0.1", 6379);
  private static final HostAndPort B = new HostAndPort("10.0.0.2", 6379);

  private static final PinnedKey COPYING =
      PinnedKey.served(0, bytes("big")).in(PinnedKey.Phase.COPYING);
  private static final PinnedKey FENCED =
      PinnedKey.served(7, new byte[] {0, -1}).in(PinnedKey.Phase.FENCED);

  static List<Map.Entry<String, SlotMapping>> slots() {
    return List.of(
        Map.entry("slot-idle", new SlotMapping(0, 1, SlotAction.IDLE)),
        Map.entry("slot-turning", new SlotMapping(1023, 1, new SlotAction.Turning(5, 2))),
        Map.entry("slot-returning", new SlotMapping(1023, 2, new SlotAction.Migrating(5, 1, true))),
        Map.entry(
            "slot-pinned",
            new SlotMapping(
                1023, 1, new SlotAction.Migrating(5, 2, false, List.of(COPYING, FENCED)))),
        Map.entry(
            "slot-turning-pinned",
            new SlotMapping(1023, 1, new SlotAction.Turning(5, 2, List.of(COPYING)))),
        Map.entry(
            "slot-semi-async",
            new SlotMapping(
                1023,
                1,
                new SlotAction.Migrating(5, 2, false, List.of(), MigrationMethod.SEMI_ASYNC, 0))),
        Map.entry(
            "slot-preparing-sync",
            new SlotMapping(
                1023, 1, new SlotAction.Preparing(5, 2, true, List.of(), MigrationMethod.SYNC, 0))),
        Map.entry(
            "slot-proven",
            new SlotMapping(
                1023,
                1,
                new SlotAction.Migrating(5, 2, false, List.of(), MigrationMethod.MIGRATE, 4711))),
        Map.entry(
            "slot-turning-proven",
            new SlotMapping(
                1023,
                2,
                new SlotAction.Prepared(5, 1, true, List.of(), MigrationMethod.MIGRATE, 4711))),
        Map.entry(
            "slot-prepared-pinned",
            new SlotMapping(
                1023,
                2,
                new SlotAction.Prepared(
                    5, 1, true, List.of(COPYING), MigrationMethod.MIGRATE, 4711))),
        Map.entry("slot-migrating", new SlotMapping(1023, 1, new SlotAction.Migrating(5, 2))),
        Map.entry(
            "slot-preparing-without-index", new SlotMapping(7, 0, new SlotAction.Preparing(0, 2))));
  }

  static List<Map.Entry<String, Group>> groups() {
    List<Server> two = List.of(Server.of(A), Server.of(B));
    return List.of(
        Map.entry("group-empty", Group.empty(3)),
        Map.entry(
            "group-promoting",
            new Group(
                1,
                List.of(new Server(A, "a<b>&\"c\"\u0001\n", false), new Server(B, "", true)),
                new Promotion.Preparing(B, false))),
        Map.entry("group-finished", new Group(1, List.of(Server.of(A)), new Promotion.Finished(A))),
        Map.entry("group-switchover", new Group(1, two, new Promotion.Prepared(B, true))));
  }

  @ParameterizedTest
  @MethodSource("slots")
  void aSlotIsWrittenAsCodisWritesItAndReadBack(Map.Entry<String, SlotMapping> example)
      throws Exception {
    SlotMapping slot = example.getValue();
    assertThat(text(TopologyRows.write(slot))).isEqualTo(golden(example.getKey()));
    assertThat(TopologyRows.readSlot(PATH, slot.slotId(), TopologyRows.write(slot)))
        .isEqualTo(slot);
  }

  @ParameterizedTest
  @MethodSource("groups")
  void aGroupIsWrittenAsCodisWritesItAndReadBack(Map.Entry<String, Group> example)
      throws Exception {
    Group group = example.getValue();
    assertThat(text(TopologyRows.write(group))).isEqualTo(golden(example.getKey()));
    assertThat(TopologyRows.readGroup(PATH, group.groupId(), TopologyRows.write(group)))
        .isEqualTo(group);
  }

  @Test
  void readsAnyLayoutAndWhatOthersHaveAdded() {
    // Given
    byte[] row =
        bytes(
            "{\"servers\":[{\"server\":\"10.0.0.1:6379\",\"action\":{\"index\":1,"
                + "\"state\":\"syncing\"},\"weight\":3}],\"id\":1,\"out_of_sync\":true}");
    // When
    Group group = TopologyRows.readGroup(PATH, 1, row);
    // Then
    assertThat(group).isEqualTo(new Group(1, List.of(Server.of(A)), Promotion.NONE));
    assertThat(TopologyRows.readSlot(PATH, 3, bytes("{\"id\":3}")))
        .isEqualTo(SlotMapping.offline(3));
    assertThat(TopologyRows.readGroup(PATH, 4, bytes("{\"id\":4,\"servers\":null}")))
        .isEqualTo(Group.empty(4));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "''                                                              | JSON",
        "[]                                                              | not a JSON object",
        "{\"id\":                                                        | not JSON",
        "{\"id\":2}                                                      | does not fit the path",
        "{\"id\":1,\"group_id\":1,\"action\":{\"state\":\"flying\"}}     | unknown action state",
        "{\"id\":1,\"group_id\":1,\"action\":{\"state\":\"pending\",\"target_id\":1}} | both group"
            + " 1"
      })
  void aSlotRowThatMakesNoSenseIsNamed(String row, String message) {
    assertCorrupt(message, () -> TopologyRows.readSlot(PATH, 1, bytes(row)));
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "{\"id\":1,\"servers\":[{\"server\":\"nowhere\"}]}               | invalid address",
        "{\"id\":1,\"servers\":[{}]}                                     | invalid address",
        "{\"id\":1,\"servers\":[],\"promoting\":{\"state\":\"finished\"}} | promoting index 0",
        "{\"id\":1,\"servers\":[{\"server\":\"h:1\"}],\"promoting\":{\"state\":\"x\"}} | unknown"
            + " promoting state 'x'"
      })
  void aGroupRowThatMakesNoSenseIsNamed(String row, String message) {
    assertCorrupt(message, () -> TopologyRows.readGroup(PATH, 1, bytes(row)));
  }

  @Test
  void aPromotionOfAServerThatTheGroupDoesNotHaveIsNotWritten() {
    Group group = new Group(1, List.of(Server.of(A)), new Promotion.Finished(B));
    assertThatThrownBy(() -> TopologyRows.write(group))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("which it does not have");
  }

  private static void assertCorrupt(String message, ThrowingCallable read) {
    assertThatThrownBy(read)
        .hasMessageContaining(PATH)
        .hasMessageContaining(message)
        .isInstanceOfSatisfying(
            StoreException.class,
            e -> assertThat(e.reason()).isEqualTo(StoreException.Reason.CORRUPT));
  }

  private static String golden(String name) throws IOException {
    try (InputStream file =
        TopologyRowsTest.class.getResourceAsStream("/store/golden/" + name + ".json")) {
      return text(file.readAllBytes());
    }
  }

  private static String text(byte[] content) {
    return new String(content, StandardCharsets.UTF_8);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
