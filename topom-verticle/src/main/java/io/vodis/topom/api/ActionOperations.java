package io.vodis.topom.api;

import io.vertx.core.json.JsonObject;
import io.vodis.topom.TopomService;
import io.vodis.topom.api.view.ChangeView;
import io.vodis.topom.api.view.MigrationView;
import io.vodis.topom.edit.ControlEdits.Settings;
import io.vodis.topom.plan.MigrationLimits;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Map;

/** The operations on running actions. */
final class ActionOperations {

  private ActionOperations() {}

  /** By {@code operationId}. */
  static Map<String, Operations.Operation> all() {
    return Map.of(
        "cancelAction", ActionOperations::cancelAction,
        "cancelPendingActions", ActionOperations::cancelActions,
        "pauseActions",
            (service, arguments) -> {
              service.pauseActions();
              return changed(service);
            },
        "resumeActions",
            (service, arguments) -> {
              service.resumeActions();
              return changed(service);
            },
        "pauseAction",
            (service, arguments) -> {
              service.pauseAction(arguments.pathInt("slotId"));
              return changed(service);
            },
        "resumeAction",
            (service, arguments) -> {
              service.resumeAction(arguments.pathInt("slotId"));
              return changed(service);
            },
        "getMigration", (service, arguments) -> Answer.ok(view(service.migrationLimits())),
        "changeMigration", ActionOperations::changeMigration);
  }

  private static Answer cancelAction(TopomService service, Arguments arguments) {
    service.cancelAction(arguments.pathInt("slotId"));
    return changed(service);
  }

  private static Answer cancelActions(TopomService service, Arguments arguments) {
    int actions =
        arguments.queryFlag("started")
            ? service.cancelAllActions()
            : service.cancelPendingActions();
    return Answer.ok(new ChangeView(service.view().topology().epoch(), actions));
  }

  /** A field that is absent stays as it is; null goes back to what is configured. */
  private static Answer changeMigration(TopomService service, Arguments arguments) {
    JsonObject body = arguments.body();
    service.changeMigration(
        now -> {
          Integer micros = body.getInteger("maxBlockMicros");
          return new Settings(
              body.containsKey("parallelSlots")
                  ? body.getInteger("parallelSlots")
                  : now.parallelSlots(),
              body.containsKey("maxBlockMicros")
                  ? (micros == null ? null : Duration.ofNanos(micros * 1000L))
                  : now.maxBlock(),
              body.containsKey("keysPerSecond")
                  ? body.getInteger("keysPerSecond")
                  : now.keysPerSecond(),
              body.containsKey("windows") ? body.getString("windows") : now.windows());
        });
    return changed(service);
  }

  private static MigrationView view(MigrationLimits limits) {
    return new MigrationView(
        limits.paused(),
        new ArrayList<>(limits.pausedSlots()),
        limits.parallelSlots(),
        limits.maxBlock().toNanos() / 1000,
        limits.keysPerSecond(),
        limits.windows().toString());
  }

  private static Answer changed(TopomService service) {
    return Answer.ok(new ChangeView(service.view().topology().epoch(), null));
  }
}
