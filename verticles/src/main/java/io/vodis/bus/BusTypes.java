package io.vodis.bus;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The number of every message type on the wire. A number is never given to another type, so that
 * processes of different versions understand each other or say that they do not.
 */
final class BusTypes {

  /** A message type and its number. */
  record Entry(short id, Class<? extends BusMessage> type) {}

  private static final List<Entry> ENTRIES =
      List.of(
          entry(101, ProxyCommand.FillSlots.class),
          entry(102, ProxyCommand.CountRequests.class),
          entry(201, TopomCommand.ResyncProxy.class),
          entry(202, TopomCommand.FailoverGroup.class),
          entry(203, TopomCommand.ReportOverride.class),
          entry(204, TopomCommand.MoveKeys.class),
          entry(205, TopomCommand.ReportWarnings.class),
          entry(301, HaQuery.OpinionQuery.class),
          entry(351, MemberQuery.VouchQuery.class),
          entry(352, MemberQuery.ReleaseQuery.class),
          entry(401, MetricsReport.class),
          entry(501, BusReply.FillSlotsAck.class),
          entry(502, BusReply.Accepted.class),
          entry(503, BusReply.Opinion.class),
          entry(504, BusReply.Vouched.class),
          entry(505, BusReply.Released.class),
          entry(506, BusReply.RequestCounts.class),
          entry(507, BusReply.KeysMoved.class));

  private static final Map<Short, Class<? extends BusMessage>> TYPE_BY_ID = new HashMap<>();
  private static final Map<Class<?>, Short> ID_BY_TYPE = new HashMap<>();

  static {
    for (Entry entry : ENTRIES) {
      if (TYPE_BY_ID.put(entry.id(), entry.type()) != null
          || ID_BY_TYPE.put(entry.type(), entry.id()) != null) {
        throw new IllegalStateException("bus type listed twice: " + entry);
      }
    }
  }

  private BusTypes() {}

  private static Entry entry(int id, Class<? extends BusMessage> type) {
    return new Entry((short) id, type);
  }

  static @Nullable Class<? extends BusMessage> typeOf(short id) {
    return TYPE_BY_ID.get(id);
  }

  /** The number of a message's type; every permitted type has one (a test walks them all). */
  static short idOf(Class<?> type) {
    Short id = ID_BY_TYPE.get(type);
    if (id == null) {
      throw new IllegalStateException("bus message without a type id: " + type.getName());
    }
    return id;
  }
}
