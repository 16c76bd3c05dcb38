package io.vodis.bus;

import io.vodis.metric.Sample;
import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.PinnedKey;
import io.vodis.model.Role;
import io.vodis.model.SlotRange;
import io.vodis.model.SlotRoute;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;

/** One example of every message; its JSON is the golden file of that type. */
final class BusExamples {

  private static final HostAndPort A = new HostAndPort("10.0.0.1", 6379);
  private static final HostAndPort B = new HostAndPort("fe80::1", 6380);

  static final List<BusMessage> ALL =
      List.of(
          new ProxyCommand.FillSlots(
              3,
              17,
              List.of(
                  new SlotRange(0, 99, SlotRoute.OFFLINE),
                  new SlotRange(100, 511, new SlotRoute.Serving(A, List.of(B))),
                  new SlotRange(512, 512, new SlotRoute.Fenced(A, true, List.of(B))),
                  new SlotRange(
                      513,
                      1023,
                      new SlotRoute.Migrating(
                          A,
                          B,
                          true,
                          List.of(PinnedKey.served(3, new byte[] {0, 'k'})),
                          MigrationMethod.SYNC,
                          4711)))),
          new TopomCommand.ResyncProxy("f00d", "f00d-1"),
          new TopomCommand.FailoverGroup(2, A, 17, List.of("ha-1", "ha-2"), "no PING for 5.2s"),
          new TopomCommand.MoveKeys(
              new HostAndPort("10.0.0.1", 6379),
              new HostAndPort("10.0.0.2", 6379),
              3,
              List.of("Y2FydDo0Mg=="),
              50),
          new TopomCommand.ReportOverride(
              "f00d", "ann", "10.0.0.9:40000", "2026-01-02T03:04:05Z", "serve without the store"),
          new TopomCommand.ReportWarnings("f00d", "f00d-1", List.of("its disk is full")),
          new HaQuery.OpinionQuery(A),
          new MemberQuery.VouchQuery("f00d-1", 4, 2500),
          new MemberQuery.ReleaseQuery("f00d-1", 4),
          new MetricsReport(
              Role.PROXY,
              "f00d",
              "f00d-1",
              42,
              List.of(
                  new Sample.Counter("requests_total", Map.of("b", "2", "a", "1"), 1234),
                  new Sample.Gauge("sessions", Map.of(), 2.5),
                  new Sample.Histogram(
                      "request_seconds", Map.of("command", "get"), List.of(1L, 0L, 7L), 0.25))),
          new BusReply.FillSlotsAck("f00d-1", 3, 17),
          new ProxyCommand.CountRequests(3),
          new BusReply.RequestCounts("f00d-1", Collections.nCopies(1024, 7L)),
          new BusReply.Accepted(3, 17),
          new BusReply.KeysMoved(List.of(2)),
          new BusReply.Opinion("ha-2", A, true, 5200),
          new BusReply.Vouched("ha-2", 2500, false),
          new BusReply.Released("ha-2", 700));

  private BusExamples() {}

  /** All concrete message types, found from the sealed interfaces. */
  static List<Class<?>> permittedTypes() {
    List<Class<?>> found = new ArrayList<>();
    collect(BusMessage.class, found);
    return found;
  }

  private static void collect(Class<?> type, List<Class<?>> found) {
    if (!type.isSealed()) {
      found.add(type);
      return;
    }
    for (Class<?> permitted : type.getPermittedSubclasses()) {
      collect(permitted, found);
    }
  }
}
