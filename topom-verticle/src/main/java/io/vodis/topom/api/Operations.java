package io.vodis.topom.api;

import io.vodis.topom.TopomException;
import io.vodis.topom.TopomService;
import io.vodis.topom.TopomView;
import io.vodis.topom.api.Arguments.SlotSpan;
import io.vodis.topom.api.view.AuditView;
import io.vodis.topom.api.view.ChangeView;
import io.vodis.topom.plan.RebalancePlan;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What each {@code operationId} of the OpenAPI file means to the service. */
final class Operations {

  /** One call, made on a virtual thread because the service blocks. */
  @FunctionalInterface
  interface Operation {
    Answer run(TopomService service, Arguments arguments);
  }

  private static final long AUDIT_LIMIT = 100;

  private Operations() {}

  /** By {@code operationId}. */
  static Map<String, Operation> all() {
    Map<String, Operation> all = new HashMap<>(topology());
    all.putAll(ActionOperations.all());
    all.putAll(InspectionOperations.all());
    return Map.copyOf(all);
  }

  private static Map<String, Operation> topology() {
    return Map.ofEntries(
        query("getOverview", ViewMapper::overview),
        query("listMembers", ViewMapper::members),
        query("listGroups", ViewMapper::groups),
        query("listServers", ViewMapper::servers),
        query("listSlots", ViewMapper::slots),
        query("listActions", ViewMapper::actions),
        query("listProxies", ViewMapper::proxies),
        Map.entry("listAudit", Operations::audit),
        Map.entry("getGroup", Operations::group),
        Map.entry("createGroup", Operations::createGroup),
        Map.entry("removeGroup", Operations::removeGroup),
        Map.entry("addServer", Operations::addServer),
        Map.entry("removeServer", Operations::removeServer),
        Map.entry("promoteServer", Operations::promoteServer),
        Map.entry("assignSlots", Operations::assignSlots),
        Map.entry("offlineSlots", Operations::offlineSlots),
        Map.entry("migrateSlots", Operations::migrateSlots),
        Map.entry("planRebalance", Operations::planRebalance),
        Map.entry("confirmRebalance", Operations::confirmRebalance),
        Map.entry("removeProxy", Operations::removeProxy));
  }

  private static Map.Entry<String, Operation> query(
      String operationId, Function<TopomView, Object> mapper) {
    return Map.entry(operationId, (service, arguments) -> Answer.ok(mapper.apply(service.view())));
  }

  private static Answer audit(TopomService service, Arguments arguments) {
    return Answer.ok(
        new AuditView(
            service
                .audit(
                    arguments.queryLong("before", Long.MAX_VALUE),
                    (int) arguments.queryLong("limit", AUDIT_LIMIT))
                .stream()
                .map(
                    entry ->
                        new AuditView.Entry(
                            entry.epoch(),
                            entry.at().toString(),
                            entry.actor(),
                            entry.origin(),
                            entry.action(),
                            entry.plan(),
                            entry.result()))
                .toList()));
  }

  private static Answer group(TopomService service, Arguments arguments) {
    int groupId = arguments.pathInt("groupId");
    TopomView view = service.view();
    return view.topology()
        .group(groupId)
        .map(group -> Answer.ok(ViewMapper.group(view, group)))
        .orElseThrow(
            () ->
                new TopomException(
                    TopomException.Code.NOT_FOUND, "group " + groupId + " does not exist"));
  }

  private static Answer createGroup(TopomService service, Arguments arguments) {
    service.createGroup(arguments.bodyInt("groupId"));
    return Answer.created(change(service, null));
  }

  private static Answer removeGroup(TopomService service, Arguments arguments) {
    service.removeGroup(arguments.pathInt("groupId"));
    return Answer.ok(change(service, null));
  }

  private static Answer addServer(TopomService service, Arguments arguments) {
    service.addServer(
        arguments.pathInt("groupId"),
        arguments.bodyAddress("server"),
        arguments.bodyText("datacenter", ""));
    return Answer.created(change(service, null));
  }

  private static Answer removeServer(TopomService service, Arguments arguments) {
    service.removeServer(arguments.pathInt("groupId"), arguments.pathAddress("server"));
    return Answer.ok(change(service, null));
  }

  private static Answer promoteServer(TopomService service, Arguments arguments) {
    service.promote(arguments.pathInt("groupId"), arguments.bodyAddress("server"));
    return Answer.ok(change(service, null));
  }

  private static Answer assignSlots(TopomService service, Arguments arguments) {
    SlotSpan span = arguments.slotSpan();
    service.assignSlots(span.first(), span.last(), arguments.bodyInt("groupId"));
    return Answer.ok(change(service, null));
  }

  private static Answer offlineSlots(TopomService service, Arguments arguments) {
    SlotSpan span = arguments.slotSpan();
    service.offlineSlots(span.first(), span.last());
    return Answer.ok(change(service, null));
  }

  private static Answer migrateSlots(TopomService service, Arguments arguments) {
    SlotSpan span = arguments.slotSpan();
    int actions = service.migrateSlots(span.first(), span.last(), arguments.bodyInt("groupId"));
    return Answer.ok(change(service, actions));
  }

  private static Answer planRebalance(TopomService service, Arguments arguments) {
    return Answer.ok(ViewMapper.rebalance(service.planRebalance()));
  }

  /**
   * A plan follows from its topology, so the epoch names the plan that was shown: it is made again
   * and handed over, unless the topology has moved on.
   */
  private static Answer confirmRebalance(TopomService service, Arguments arguments) {
    long shown = arguments.bodyLong("epoch");
    String id = arguments.bodyText("plan", "");
    RebalancePlan plan =
        id.isEmpty()
            ? service.planRebalance()
            : service
                .plannedRebalance(id)
                .orElseThrow(
                    () ->
                        new TopomException(
                            TopomException.Code.CONFLICT,
                            "plan " + id + " is not the last one this leader made; plan again"));
    if (plan.epoch() != shown) {
      throw new TopomException(
          TopomException.Code.CONFLICT,
          "the plan shown was made for epoch "
              + shown
              + ", the topology is at "
              + plan.epoch()
              + " now; look at the new plan first");
    }
    service.confirmRebalance(plan);
    return Answer.ok(change(service, plan.moves().size()));
  }

  private static Answer removeProxy(TopomService service, Arguments arguments) {
    service.removeProxy(arguments.pathText("token"));
    return Answer.ok(change(service, null));
  }

  private static ChangeView change(TopomService service, @Nullable Integer actions) {
    return new ChangeView(service.view().topology().epoch(), actions);
  }
}
