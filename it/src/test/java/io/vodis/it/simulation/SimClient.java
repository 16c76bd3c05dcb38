package io.vodis.it.simulation;

import io.vodis.it.simulation.History.Fate;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** A client with keys of its own: one request at a time, through any proxy. */
final class SimClient {

  private static final long PATIENCE = 9_000 * Simulation.MILLI;

  private final World world;
  private final String name;
  private final List<String> keys;
  private SimProxy.@Nullable ClientLine line;
  private final StringBuilder received = new StringBuilder();
  private long number;
  private boolean busy;
  private String key = "";
  private String kind = "";
  private String token = "";
  private long lastSuccess;

  SimClient(World world, String name, List<String> keys) {
    this.world = world;
    this.name = name;
    this.keys = keys;
    this.lastSuccess = world.simulation.now();
    later();
  }

  long lastSuccess() {
    return lastSuccess;
  }

  List<String> keys() {
    return keys;
  }

  private void later() {
    world.simulation.after(world.simulation.between(1, world.calm ? 400 : 60), this::next);
  }

  private void next() {
    if (world.over) {
      return;
    }
    SimProxy.ClientLine to = line;
    if (to == null || !to.isOpen()) {
      received.setLength(0);
      SimProxy proxy = world.anyProxy();
      if (proxy == null) {
        later();
        return;
      }
      SimProxy.ClientLine[] made = new SimProxy.ClientLine[1];
      made[0] = proxy.connect(name, this::onBytes, () -> onLost(made[0]));
      line = made[0];
      to = made[0];
    }
    key = world.simulation.pick(keys);
    double lot = world.simulation.random.nextDouble();
    busy = true;
    long mine = ++number;
    world.simulation.after(PATIENCE, () -> giveUp(mine));
    if (lot < 0.55) {
      kind = "APPEND";
      token = world.history.begin(key);
      to.send(request("APPEND", key, token));
    } else if (lot < 0.58 && world.deletes) {
      kind = "DEL";
      to.send(request("DEL", key));
    } else {
      kind = "GET";
      to.send(request("GET", key));
    }
  }

  private static String request(String... words) {
    StringBuilder frame = new StringBuilder("*" + words.length + "\r\n");
    for (String word : words) {
      frame.append('$').append(word.length()).append("\r\n").append(word).append("\r\n");
    }
    return frame.toString();
  }

  private void giveUp(long mine) {
    if (busy && number == mine) {
      SimProxy.ClientLine used = line;
      if (used != null) {
        used.close();
      }
      line = null;
      end(Fate.UNKNOWN, null);
    }
  }

  private void onLost(SimProxy.ClientLine lost) {
    if (busy && line == lost) {
      line = null;
      end(Fate.UNKNOWN, null);
    }
  }

  private void onBytes(String bytes) {
    received.append(bytes);
    int end = received.indexOf("\r\n");
    if (!busy || end < 0) {
      return;
    }
    String head = received.substring(0, end);
    String body = null;
    if (head.startsWith("$") && !head.equals("$-1")) {
      int length = Integer.parseInt(head.substring(1));
      if (received.length() < end + 2 + length + 2) {
        return;
      }
      body = received.substring(end + 2, end + 2 + length);
    }
    received.setLength(0);
    if (head.startsWith("-")) {
      world.errors++;
      boolean surelyNot =
          head.startsWith("-TRYAGAIN")
              || head.startsWith("-CLUSTERDOWN")
              || head.startsWith("-READONLY")
              || head.contains("nothing was executed");
      end(surelyNot ? Fate.REFUSED : Fate.UNKNOWN, null);
    } else {
      lastSuccess = world.simulation.now();
      world.successes++;
      end(Fate.ACKNOWLEDGED, body);
    }
  }

  private void end(Fate fate, @Nullable String body) {
    busy = false;
    switch (kind) {
      case "APPEND" -> world.history.end(key, token, fate);
      case "DEL" -> world.history.endDelete(key, fate);
      default -> {
        if (fate == Fate.ACKNOWLEDGED) {
          world.history.read(key, body);
        }
      }
    }
    later();
  }
}
