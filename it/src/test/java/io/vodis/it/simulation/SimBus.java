package io.vodis.it.simulation;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vodis.bus.BusReply;
import io.vodis.bus.BusReply.FillSlotsAck;
import io.vodis.bus.BusReply.Released;
import io.vodis.bus.BusReply.RequestCounts;
import io.vodis.bus.ProxyCommand;
import io.vodis.bus.ProxyCommand.CountRequests;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.bus.TopomCommand;
import io.vodis.lifecycle.Later;
import io.vodis.model.Member;
import io.vodis.store.Witnesses;
import io.vodis.topom.election.LeaderBus;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import java.util.function.Function;

/** The bus: messages are lost, delayed, overtake each other and come twice. */
final class SimBus {

  private static final long TABLE_TIMEOUT = 10_000 * Simulation.MILLI;
  private static final long ASK_TIMEOUT = 2_000 * Simulation.MILLI;

  /** A proxy's address. */
  record Receiver(SimProcess process, Function<ProxyCommand, Future<? extends BusReply>> handler) {}

  private final Simulation simulation;
  private final Network network;
  private final Map<String, Receiver> proxies = new LinkedHashMap<>();
  private final Map<SimProcess, Function<TopomCommand, BusReply>> leaders = new LinkedHashMap<>();

  SimBus(Simulation simulation, Network network) {
    this.simulation = simulation;
    this.network = network;
  }

  void proxy(String incarnation, Receiver receiver) {
    proxies.put(incarnation, receiver);
  }

  private void deliver(SimProcess from, SimProcess to, Runnable action) {
    if (network.loses()) {
      return;
    }
    int copies = network.loses() ? 2 : 1;
    for (int i = 0; i < copies; i++) {
      simulation.after(
          network.latency(),
          () -> {
            if (network.reaches(from.name(), to.name())) {
              to.after(0, action);
            }
          });
    }
  }

  private static ReplyException timedOut() {
    return new ReplyException(ReplyFailure.TIMEOUT, "no answer in time");
  }

  /** The bus as the topom of that process has it. */
  LeaderBus of(SimProcess topom) {
    return new LeaderBus() {
      @Override
      public Future<FillSlotsAck> sendTable(Member proxy, FillSlots table) {
        Promise<FillSlotsAck> answer = Promise.promise();
        topom.after(TABLE_TIMEOUT, () -> answer.tryFail(timedOut()));
        Receiver receiver = proxies.get(proxy.incarnation());
        if (receiver != null) {
          deliver(
              topom,
              receiver.process(),
              () ->
                  receiver
                      .handler()
                      .apply(table)
                      .onSuccess(
                          ack ->
                              deliver(
                                  receiver.process(),
                                  topom,
                                  () -> answer.tryComplete((FillSlotsAck) ack)))
                      .onFailure(e -> deliver(receiver.process(), topom, () -> answer.tryFail(e))));
        }
        return answer.future();
      }

      /** Nobody plans by load here. */
      @Override
      public Future<RequestCounts> countRequests(Member proxy, CountRequests question) {
        return Future.failedFuture(timedOut());
      }

      @Override
      public Future<Released> askWitness(Member witness, Witnesses named) {
        return Future.failedFuture(timedOut());
      }

      @Override
      public Serving serve(Function<TopomCommand, BusReply> handler) {
        leaders.put(topom, handler);
        return () -> leaders.remove(topom, handler);
      }
    };
  }

  /** Sends a command to whoever takes those for the leader. */
  void tell(
      SimProcess from,
      TopomCommand command,
      Consumer<BusReply> onReply,
      Consumer<RuntimeException> onFailure) {
    from.after(ASK_TIMEOUT, () -> onFailure.accept(timedOut()));
    List<SimProcess> listening = new ArrayList<>(leaders.keySet());
    if (listening.isEmpty()) {
      return;
    }
    SimProcess leader = simulation.pick(listening);
    deliver(
        from,
        leader,
        () -> {
          Function<TopomCommand, BusReply> handler = leaders.get(leader);
          if (handler != null) {
            leader.start(
                "command",
                () -> {
                  try {
                    BusReply reply = handler.apply(command);
                    deliver(leader, from, () -> onReply.accept(reply));
                  } catch (RuntimeException e) {
                    deliver(leader, from, () -> onFailure.accept(e));
                  }
                });
          }
        });
  }

  /** The same, and waits for the answer; on a thread of that process. */
  void ask(SimProcess from, TopomCommand command) {
    Later<BusReply> answer = new Later<>();
    tell(from, command, answer::complete, answer::fail);
    var unused = answer.await();
  }
}
