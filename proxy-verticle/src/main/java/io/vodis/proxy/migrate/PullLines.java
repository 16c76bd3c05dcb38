package io.vodis.proxy.migrate;

import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.SlotRoute;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** Moves keys over one {@link KeyLine} per way. One per event loop. */
public final class PullLines implements KeyMover {

  private final MoverEnvironment environment;
  private final Map<PullWay, KeyLine> lines = new LinkedHashMap<>();

  public PullLines(MoverEnvironment environment) {
    this.environment = environment;
  }

  @Override
  public void move(SlotRoute.Migrating route, Key key, Listener listener) {
    lines
        .computeIfAbsent(PullWay.of(route, key.database()), this::line)
        .add(key, route.proof(), listener);
  }

  private KeyLine line(PullWay way) {
    return way.method() == MigrationMethod.DUMP
        ? new AskedLine(way, environment)
        : new PullLine(way, environment);
  }

  @Override
  public void keepOnly(Set<HostAndPort> servers) {
    environment.pool().keepOnly(servers);
    for (KeyLine line : List.copyOf(lines.values())) {
      if (!servers.contains(line.way().source()) || !servers.contains(line.way().target())) {
        lines.remove(line.way());
        line.abandon();
      }
    }
  }

  @Override
  public void abandon(HostAndPort server) {
    for (KeyLine line : List.copyOf(lines.values())) {
      if (line.way().source().equals(server) || line.way().target().equals(server)) {
        lines.remove(line.way());
        line.abandon();
      }
    }
  }

  /** Tries again what is due. */
  public void tick(long now) {
    environment.pool().tick(now);
    for (KeyLine line : List.copyOf(lines.values())) {
      line.tick(now);
    }
  }

  /** Closes the mover's connections. */
  public void close() {
    environment.pool().close("the proxy is stopping");
  }
}
