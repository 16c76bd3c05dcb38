package io.vodis.it.simulation;

import io.vodis.it.simulation.SimReply.Failure;
import io.vodis.model.HostAndPort;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * MIGRATE on one server, which does nothing else until the target has answered or the time is over.
 * As Redis does it: connections are kept, and one that turns out to be closed before the first
 * answer is made again, once. Each step has the whole time; so one that stood still in the midst of
 * it goes on as if nothing had been.
 */
final class SimMigrate {

  private static final Failure BROKEN =
      new Failure("IOERR error or timeout reading to target instance");

  private final SimServer source;
  private final SimProcess process;
  private final Simulation simulation;
  private final Network network;
  private final World world;
  private final Map<SimServer, SimConnection> kept = new LinkedHashMap<>();
  private @Nullable Transfer current;
  private long failed;

  SimMigrate(SimServer source, Simulation simulation, Network network, World world) {
    this.source = source;
    this.process = source.process();
    this.simulation = simulation;
    this.network = network;
    this.world = world;
  }

  /** Whether one is under way: then nothing else is executed. */
  boolean isUnderWay() {
    return current != null;
  }

  /** How many have ended with IOERR. */
  long failed() {
    return failed;
  }

  void crash() {
    current = null;
    kept.values().forEach(SimConnection::close);
    kept.clear();
  }

  /** {@code MIGRATE host port "" db timeout [AUTH2 user password] KEYS k…}; true if it begins. */
  boolean begin(SimConnection by, List<String> call) {
    SimServer target = world.server(new HostAndPort(call.get(1), Integer.parseInt(call.get(2))));
    int keysAt = call.indexOf("KEYS");
    List<String> keys =
        call.subList(keysAt + 1, call.size()).stream()
            .filter(key -> source.value(key) != null)
            .toList();
    if (keys.isEmpty()) {
      return false;
    }
    int signInAt = call.indexOf("AUTH2");
    List<String> signIn =
        signInAt > 0 && signInAt < keysAt
            ? List.of("AUTH", call.get(signInAt + 1), call.get(signInAt + 2))
            : List.of();
    long timeout = Long.parseLong(call.get(5)) * Simulation.MILLI;
    Transfer transfer = new Transfer(by, target, keys, signIn, timeout);
    current = transfer;
    world.onMigrate.accept(source, target);
    process.deliver(transfer::begin);
    return true;
  }

  /** One under way. */
  private final class Transfer {
    private final SimConnection by;
    private final SimServer target;
    private final List<String> keys;
    private final List<String> signIn;
    private final long timeout;
    private int answered;
    private boolean signedIn;
    private boolean signInFailed;
    private String error = "";
    private boolean mayRetry = true;
    private int steps;

    Transfer(
        SimConnection by, SimServer target, List<String> keys, List<String> signIn, long timeout) {
      this.by = by;
      this.target = target;
      this.keys = keys;
      this.signIn = signIn;
      this.timeout = timeout;
    }

    private boolean isOver() {
      return current != this;
    }

    void begin() {
      if (isOver()) {
        return;
      }
      SimConnection known = kept.get(target);
      if (known != null && !known.isClosedHere()) {
        send(known);
        return;
      }
      awaitNextStep();
      SimConnection[] made = new SimConnection[1];
      made[0] =
          new SimConnection(
              network,
              source.place(),
              target,
              reply -> process.deliver(() -> onReply(made[0], reply)),
              () -> process.deliver(() -> onLost(made[0])));
      kept.put(target, made[0]);
      made[0].open(
          () -> process.deliver(() -> onMade(made[0])),
          () ->
              process.deliver(
                  () -> {
                    if (!isOver() && kept.get(target) == made[0]) {
                      fail();
                    }
                  }));
    }

    private void onMade(SimConnection connection) {
      if (!isOver() && kept.get(target) == connection) {
        send(connection);
      }
    }

    private void send(SimConnection to) {
      awaitNextStep();
      signInFailed = false;
      error = "";
      signedIn = signIn.isEmpty();
      if (!signedIn) {
        to.send(signIn);
      }
      keys.forEach(key -> to.send(List.of("RESTORE", key, source.valueOrEmpty(key))));
    }

    /** What has come before it is looked at first, even if it is too late for it by the clock. */
    private void awaitNextStep() {
      int mine = ++steps;
      process.after(
          timeout,
          () ->
              process.later(
                  () -> {
                    if (!isOver() && steps == mine) {
                      fail();
                    }
                  }));
    }

    void answer(Object reply) {
      awaitNextStep();
      if (!signedIn) {
        signedIn = true;
        if (reply instanceof Failure failure) {
          signInFailed = true;
          error = failure.text();
        }
        return;
      }
      String key = keys.get(answered);
      simulation.detail(() -> source.place() + " is answered about " + key + ": " + reply);
      if (reply instanceof Failure failure) {
        error = error.isEmpty() ? failure.text() : error;
      } else if (!signInFailed) {
        source.hasLeft(key);
      }
      answered++;
      if (answered == keys.size()) {
        end(
            error.isEmpty()
                ? SimReply.OK
                : new Failure("ERR Target instance replied with error: " + error));
      }
    }

    void lost() {
      kept.remove(target);
      if (answered == 0 && mayRetry) {
        mayRetry = false;
        begin();
      } else {
        fail();
      }
    }

    private void fail() {
      SimConnection used = kept.remove(target);
      if (used != null) {
        used.close();
      }
      if (error.isEmpty()) {
        failed++;
        end(BROKEN);
      } else {
        end(new Failure("ERR Target instance replied with error: " + error));
      }
    }

    private void end(Object reply) {
      current = null;
      by.reply(reply);
      source.work();
    }
  }

  private void onReply(SimConnection from, Object reply) {
    Transfer transfer = current;
    if (transfer != null && kept.get(transfer.target) == from) {
      transfer.answer(reply);
    }
  }

  private void onLost(SimConnection connection) {
    Transfer transfer = current;
    if (transfer != null && kept.get(transfer.target) == connection) {
      transfer.lost();
    } else {
      kept.values().remove(connection);
    }
  }
}
