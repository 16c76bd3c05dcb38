package io.vodis.it.simulation;

import io.vodis.it.simulation.History.Fate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client with keys of its own, all keys of some slots, and some that it shares with others. It
 * does one thing at a time, through any proxy: reads and writes of one key, transactions of two,
 * and transactions on what it has watched.
 */
final class SimClient {

  private static final long PATIENCE = 9_000 * Simulation.MILLI;

  private final World world;
  private final String name;
  private final List<List<String>> keys;
  private final ReplyReader reader = new ReplyReader();
  private final List<Object> replies = new ArrayList<>();
  private SimProxy.@Nullable ClientLine line;

  /** What comes next when so many replies have come; nothing is being done if it is 0. */
  private int awaited;

  private Consumer<List<Object>> then = replies -> {};

  /** Ends what is being done. */
  private Consumer<Fate> end = fate -> {};

  /** Until when it only reads keys that it has deleted. */
  private final Map<String, Long> resting = new HashMap<>();

  private boolean busy;
  private long number;
  private long lastSuccess;

  /**
   * A client that begins soon.
   *
   * @param keys its own, by slot
   */
  SimClient(World world, String name, List<List<String>> keys) {
    this.world = world;
    this.name = name;
    this.keys = keys;
    this.lastSuccess = world.simulation.now();
    later();
  }

  long lastSuccess() {
    return lastSuccess;
  }

  /** By slot. */
  List<List<String>> keys() {
    return keys;
  }

  private void later() {
    world.simulation.after(world.simulation.between(1, world.calm ? 400 : 100), this::next);
  }

  private void next() {
    if (world.over) {
      return;
    }
    SimProxy.ClientLine to = line;
    if (to == null || !to.isOpen()) {
      reader.clear();
      SimProxy proxy = world.anyProxy();
      if (proxy == null) {
        later();
        return;
      }
      SimProxy.ClientLine[] made = new SimProxy.ClientLine[1];
      made[0] = proxy.connect(name, this::onBytes, () -> onLost(made[0]));
      line = made[0];
    }
    busy = true;
    long mine = ++number;
    world.simulation.after(PATIENCE, () -> giveUp(mine));
    List<String> pair = world.simulation.pick(keys);
    double lot = world.simulation.random.nextDouble();
    if (lot < 0.6 && pair.stream().anyMatch(this::rests)) {
      readBoth(pair);
    } else if (lot < 0.44) {
      append(world.simulation.pick(pair));
    } else if (lot < 0.47 && world.deletes) {
      delete(world.simulation.pick(pair));
    } else if (lot < 0.6) {
      appendBoth(pair);
    } else if (lot < 0.7) {
      readBoth(pair);
    } else if (lot < 0.77) {
      appendWatched(world.simulation.pick(world.sharedKeys));
    } else {
      read(world.simulation.pick(pair));
    }
  }

  private void append(String key) {
    String token = world.history.begin(key);
    end = fate -> world.history.end(key, token, fate);
    exchange(List.of(List.of("APPEND", key, token)), all -> over(all.getFirst()));
  }

  private boolean rests(String key) {
    return resting.getOrDefault(key, 0L) > world.simulation.now();
  }

  /** Now and then the key stays away for a while: only then a late copy could take its place. */
  private void delete(String key) {
    if (world.freezes && world.simulation.chance(0.5)) {
      resting.put(key, world.simulation.now() + world.simulation.between(0, 6_000));
    }
    end = fate -> world.history.endDelete(key, fate);
    exchange(List.of(List.of("DEL", key)), all -> over(all.getFirst()));
  }

  private void read(String key) {
    end = fate -> {};
    exchange(
        List.of(List.of("GET", key)),
        all -> {
          if (!(all.getFirst() instanceof SimReply.Failure)) {
            world.history.read(key, text(all.getFirst()));
          }
          over(all.getFirst());
        });
  }

  /** Either both writes are there or none. */
  private void appendBoth(List<String> pair) {
    List<String> tokens = world.history.beginBoth(pair);
    end =
        fate -> {
          world.history.end(pair.get(0), tokens.get(0), fate);
          world.history.end(pair.get(1), tokens.get(1), fate);
        };
    transaction(
        List.of(
            List.of("APPEND", pair.get(0), tokens.get(0)),
            List.of("APPEND", pair.get(1), tokens.get(1))),
        results -> {});
  }

  private void readBoth(List<String> pair) {
    end = fate -> {};
    transaction(
        List.of(List.of("GET", pair.get(0)), List.of("GET", pair.get(1))),
        results ->
            world.history.readBoth(
                pair.get(0), text(results.get(0)), pair.get(1), text(results.get(1))));
  }

  /** Appends to what it has read, if nobody else has written meanwhile. */
  private void appendWatched(String key) {
    end = fate -> {};
    exchange(
        List.of(List.of("WATCH", key), List.of("GET", key)),
        all -> {
          Object seen = all.get(1);
          if (!SimReply.OK.equals(all.get(0)) || seen instanceof SimReply.Failure) {
            startOver(all.get(0) instanceof SimReply.Failure ? all.get(0) : seen);
            return;
          }
          world.history.readShared(key, text(seen));
          long mine = number;
          world.simulation.after(
              world.simulation.between(0, 30),
              () -> {
                if (busy && number == mine) {
                  String token = world.history.beginWatched(key, text(seen));
                  end = fate -> world.history.end(key, token, fate);
                  transaction(List.of(List.of("APPEND", key, token)), results -> {});
                }
              });
        });
  }

  private void transaction(List<List<String>> commands, Consumer<List<?>> onResults) {
    exchange(
        List.of(List.of("MULTI")),
        begun -> {
          if (!SimReply.OK.equals(begun.getFirst())) {
            startOver(begun.getFirst());
            return;
          }
          List<List<String>> rest = new ArrayList<>(commands);
          rest.add(List.of("EXEC"));
          exchange(rest, all -> onExecuted(all.getLast(), onResults));
        });
  }

  private void onExecuted(Object reply, Consumer<List<?>> onResults) {
    if (reply instanceof List<?> results) {
      for (Object result : results) {
        if (result instanceof SimReply.Failure failure) {
          world.simulation.violation("half a transaction was executed: " + failure.text());
        }
      }
      onResults.accept(results);
    }
    if (reply instanceof SimReply.None) {
      served(Fate.REFUSED); // something that it watched has changed
    } else {
      over(reply);
    }
  }

  private static @Nullable String text(Object reply) {
    return reply instanceof String text ? text : null;
  }

  /** Sends all of it at once and goes on when all is answered. */
  private void exchange(List<List<String>> requests, Consumer<List<Object>> next) {
    awaited = requests.size();
    then = next;
    replies.clear();
    StringBuilder frames = new StringBuilder();
    for (List<String> words : requests) {
      frames.append('*').append(words.size()).append("\r\n");
      words.forEach(w -> frames.append('$').append(w.length()).append("\r\n").append(w + "\r\n"));
    }
    SimProxy.ClientLine to = line;
    if (to != null) {
      to.send(frames.toString());
    }
  }

  private void onBytes(String bytes) {
    for (Object reply : reader.replies(bytes)) {
      replies.add(reply);
      if (busy && replies.size() == awaited) {
        awaited = 0;
        then.accept(List.copyOf(replies));
      }
    }
  }

  private void giveUp(long mine) {
    if (busy && number == mine) {
      hangUp();
      finish(Fate.UNKNOWN);
    }
  }

  private void hangUp() {
    SimProxy.ClientLine used = line;
    if (used != null) {
      used.close();
    }
    line = null;
  }

  private void onLost(SimProxy.ClientLine lost) {
    if (busy && line == lost) {
      line = null;
      finish(Fate.UNKNOWN);
    }
  }

  /** Begins the next thing on another connection, so that nothing is left of this one. */
  private void startOver(Object answer) {
    hangUp();
    over(answer);
  }

  private void over(Object answer) {
    if (answer instanceof SimReply.Failure failure) {
      world.errors++;
      finish(isSurelyNot(failure.text()) ? Fate.REFUSED : Fate.UNKNOWN);
    } else {
      served(Fate.ACKNOWLEDGED);
    }
  }

  private void served(Fate fate) {
    lastSuccess = world.simulation.now();
    world.successes++;
    finish(fate);
  }

  private static boolean isSurelyNot(String error) {
    return error.startsWith("TRYAGAIN")
        || error.startsWith("CLUSTERDOWN")
        || error.startsWith("READONLY")
        || error.startsWith("EXECABORT")
        || error.contains("nothing was executed");
  }

  private void finish(Fate fate) {
    busy = false;
    awaited = 0;
    end.accept(fate);
    later();
  }
}
