package io.vodis.it.simulation;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.eventbus.ReplyException;
import io.vertx.core.eventbus.ReplyFailure;
import io.vodis.bus.BusReply;
import io.vodis.bus.BusReply.FillSlotsAck;
import io.vodis.bus.BusReply.Opinion;
import io.vodis.bus.BusReply.Released;
import io.vodis.bus.BusReply.RequestCounts;
import io.vodis.bus.MemberQuery;
import io.vodis.bus.MemberQuery.ReleaseQuery;
import io.vodis.bus.ProxyCommand;
import io.vodis.bus.ProxyCommand.CountRequests;
import io.vodis.bus.ProxyCommand.FillSlots;
import io.vodis.bus.TopomCommand;
import io.vodis.lifecycle.Later;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.store.Witnesses;
import io.vodis.topom.election.LeaderBus;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** The bus: messages are lost, delayed, overtake each other and come twice. */
final class SimBus {

  private static final long TABLE_TIMEOUT = 10_000 * Simulation.MILLI;
  private static final long ASK_TIMEOUT = 2_000 * Simulation.MILLI;
  private static final Duration WITNESS_TIMEOUT = Duration.ofMillis(500);
  private static final long OPINION_TIMEOUT = 500 * Simulation.MILLI;

  /** A proxy's address. */
  record Receiver(SimProcess process, Function<ProxyCommand, Future<? extends BusReply>> handler) {}

  /** An ha member's address. */
  private record Watcher(SimProcess process, Function<HostAndPort, Opinion> handler) {}

  /** A member's address as a witness. */
  private record Vouching(SimProcess process, Function<MemberQuery, BusReply> handler) {}

  private final Simulation simulation;
  private final Network network;
  private final Map<String, Vouching> witnesses = new LinkedHashMap<>();
  private final Map<String, Watcher> members = new LinkedHashMap<>();
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
              to.deliver(action);
            }
          });
    }
  }

  private static ReplyException timedOut() {
    return new ReplyException(ReplyFailure.TIMEOUT, "no answer in time");
  }

  /** Asks a process, if there is one of that name; the question or the answer may be lost. */
  private <T> Future<T> request(
      SimProcess from, long timeout, @Nullable SimProcess to, Supplier<Future<T>> handler) {
    Promise<T> answer = Promise.promise();
    from.after(timeout, () -> answer.tryFail(timedOut()));
    if (to != null) {
      deliver(
          from,
          to,
          () ->
              handler
                  .get()
                  .onSuccess(reply -> deliver(to, from, () -> answer.tryComplete(reply)))
                  .onFailure(e -> deliver(to, from, () -> answer.tryFail(e))));
    }
    return answer.future();
  }

  /** The bus as the topom of that process has it. */
  LeaderBus of(SimProcess topom) {
    return new LeaderBus() {
      @Override
      public Future<FillSlotsAck> sendTable(Member proxy, FillSlots table) {
        Receiver receiver = proxies.get(proxy.incarnation());
        return receiver == null
            ? request(topom, TABLE_TIMEOUT, null, Future::succeededFuture)
            : request(
                topom,
                TABLE_TIMEOUT,
                receiver.process(),
                () -> receiver.handler().apply(table).map(FillSlotsAck.class::cast));
      }

      /** Nobody plans by load here. */
      @Override
      public Future<RequestCounts> countRequests(Member proxy, CountRequests question) {
        return Future.failedFuture(timedOut());
      }

      @Override
      public Future<Released> askWitness(Member witness, Witnesses named) {
        ReleaseQuery query = new ReleaseQuery(named.proxy().incarnation(), named.round());
        return SimBus.this
            .askWitness(topom, witness, query, WITNESS_TIMEOUT)
            .map(Released.class::cast);
      }

      @Override
      public Serving serve(Function<TopomCommand, BusReply> handler) {
        leaders.put(topom, handler);
        return () -> leaders.remove(topom, handler);
      }
    };
  }

  /** Sends a command to whoever takes those for the leader. */
  Future<BusReply> tell(SimProcess from, TopomCommand command) {
    List<SimProcess> listening = new ArrayList<>(leaders.keySet());
    SimProcess leader = listening.isEmpty() ? null : simulation.pick(listening);
    return request(from, ASK_TIMEOUT, leader, () -> handled(leader, command));
  }

  /** On a thread of its own, as a handler may block. */
  private Future<BusReply> handled(@Nullable SimProcess leader, TopomCommand command) {
    Promise<BusReply> reply = Promise.promise();
    Function<TopomCommand, BusReply> handler = leaders.get(leader);
    if (handler != null && leader != null) {
      leader.start(
          "command",
          () -> {
            try {
              reply.complete(handler.apply(command));
            } catch (RuntimeException e) {
              reply.fail(e);
            }
          });
    }
    return reply.future();
  }

  /** The same, and waits for the answer; on a thread of that process. */
  void ask(SimProcess from, TopomCommand command) {
    Later<BusReply> answer = new Later<>();
    tell(from, command)
        .onSuccess(answer::complete)
        .onFailure(e -> answer.fail(e instanceof RuntimeException known ? known : timedOut()));
    var unused = answer.await();
  }

  /** A member's address for those that need its word in a store outage. */
  void witness(String incarnation, SimProcess process, Function<MemberQuery, BusReply> handler) {
    witnesses.put(incarnation, new Vouching(process, handler));
  }

  /** Asks a member for its word. */
  Future<BusReply> askWitness(
      SimProcess from, Member witness, MemberQuery query, Duration timeout) {
    Vouching member = witnesses.get(witness.incarnation());
    return member == null
        ? request(from, timeout.toNanos(), null, Future::succeededFuture)
        : request(
            from,
            timeout.toNanos(),
            member.process(),
            () -> Future.succeededFuture(member.handler().apply(query)));
  }

  /** An ha member's address. */
  void ha(String incarnation, SimProcess process, Function<HostAndPort, Opinion> handler) {
    members.put(incarnation, new Watcher(process, handler));
  }

  /** Asks an ha member what it thinks of a server. */
  Future<Opinion> askHa(SimProcess from, String incarnation, HostAndPort server) {
    Watcher member = members.get(incarnation);
    return member == null
        ? request(from, OPINION_TIMEOUT, null, Future::succeededFuture)
        : request(
            from,
            OPINION_TIMEOUT,
            member.process(),
            () -> Future.succeededFuture(member.handler().apply(server)));
  }
}
