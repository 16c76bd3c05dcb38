package io.vodis.topom.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vodis.model.HostAndPort;
import io.vodis.model.Topology;
import io.vodis.redis.ServerStatus;
import io.vodis.topom.TopomService;
import io.vodis.topom.TopomView;
import io.vodis.topom.api.view.CensusView;
import io.vodis.topom.api.view.ChangeView;
import io.vodis.topom.api.view.FsckView;
import io.vodis.topom.census.Census;
import io.vodis.topom.census.Fsck;
import io.vodis.topom.census.FsckReport;
import io.vodis.topom.census.RoleFindings;
import io.vodis.topom.census.SlotFigures;
import io.vodis.topom.plan.RebalancePolicy;
import io.vodis.topom.plan.RebalancePolicy.Measure;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The operations that look at the servers, and plans that follow from what is there. */
final class InspectionOperations {

  private InspectionOperations() {}

  /** By {@code operationId}. */
  static Map<String, Operations.Operation> all() {
    return Map.of(
        "takeCensus", InspectionOperations::takeCensus,
        "fsck", InspectionOperations::fsck,
        "planRebalanceBy", InspectionOperations::planRebalance,
        "drainGroup", InspectionOperations::drainGroup);
  }

  private static Answer takeCensus(TopomService service, Arguments arguments) {
    Arguments.SlotSpan span = arguments.slotSpan();
    Census census = service.census(span.first(), span.last());
    return Answer.ok(census(census, service.view().topology(), service.measuredKeysPerSecond()));
  }

  static CensusView census(Census census, Topology topology, double keysPerSecond) {
    long keys = census.slots().stream().mapToLong(SlotFigures::keys).sum();
    return new CensusView(
        census.epoch(),
        census.at().toString(),
        census.took().toMillis(),
        keys,
        census.slots().stream().mapToLong(SlotFigures::bytes).sum(),
        census.strayKeys(),
        keysPerSecond > 0 ? keysPerSecond : null,
        etaMillis(keys, keysPerSecond),
        census.slots().stream().map(slot -> slot(slot, topology, keysPerSecond)).toList());
  }

  private static CensusView.Slot slot(SlotFigures slot, Topology topology, double keysPerSecond) {
    return new CensusView.Slot(
        slot.slotId(),
        topology.slot(slot.slotId()).groupId(),
        slot.keys(),
        slot.bytes(),
        etaMillis(slot.keys(), keysPerSecond),
        slot.keysByType(),
        slot.biggest().stream()
            .map(key -> new CensusView.Key(key.name(), key.type(), key.bytes()))
            .toList());
  }

  private static @Nullable Long etaMillis(long keys, double keysPerSecond) {
    return keysPerSecond > 0 ? (long) (1000 * keys / keysPerSecond) : null;
  }

  private static Answer fsck(TopomService service, Arguments arguments) {
    FsckReport report = service.fsck(Boolean.TRUE.equals(arguments.body().getBoolean("repair")));
    TopomView view = service.view();
    Map<HostAndPort, ServerStatus> answers = new HashMap<>();
    view.servers()
        .forEach(
            (server, health) -> {
              ServerStatus status = health.status();
              if (status != null && health.error() == null) {
                answers.put(server, status);
              }
            });
    return Answer.ok(
        new FsckView(
            report.census().epoch(),
            report.census().at().toString(),
            report.census().took().toMillis(),
            report.census().strayKeys(),
            report.findings().stream().map(InspectionOperations::key).toList(),
            RoleFindings.of(view.topology(), answers)));
  }

  private static FsckView.Key key(Fsck.Finding finding) {
    HostAndPort owner = finding.stray().owner();
    return new FsckView.Key(
        finding.stray().name(),
        finding.stray().slotId(),
        finding.stray().server().toString(),
        owner == null ? null : owner.toString(),
        finding.stray().database(),
        finding.kind().name().toLowerCase(Locale.ROOT),
        finding.outcome());
  }

  private static Answer planRebalance(TopomService service, Arguments arguments) {
    JsonObject body = arguments.body();
    Map<Integer, Double> weights = new HashMap<>();
    for (Object item : body.getJsonArray("weights", new JsonArray())) {
      JsonObject weight = (JsonObject) item;
      weights.put(weight.getInteger("groupId"), weight.getDouble("weight"));
    }
    Set<Integer> excluded = new HashSet<>();
    for (Object item : body.getJsonArray("excluded", new JsonArray())) {
      excluded.add(((Number) item).intValue());
    }
    RebalancePolicy policy =
        new RebalancePolicy(
            Measure.valueOf(body.getString("policy").toUpperCase(Locale.ROOT)),
            weights,
            excluded,
            body.getInteger("slotsMax", Topology.SLOT_COUNT));
    return Answer.ok(ViewMapper.rebalance(service.planRebalance(policy)));
  }

  private static Answer drainGroup(TopomService service, Arguments arguments) {
    int actions = service.drainGroup(arguments.pathInt("groupId"));
    return Answer.ok(new ChangeView(service.view().topology().epoch(), actions));
  }
}
