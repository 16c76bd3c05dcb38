package io.vodis.proxy.migrate;

import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.model.SlotRoute;

/**
 * From where to where keys of a database go.
 *
 * @param returning of a key on both servers the target's copy counts, else the source's; but a
 *     number under which the key's slot was opened decides otherwise
 * @param method how they go
 */
record PullWay(
    HostAndPort source,
    HostAndPort target,
    boolean returning,
    int database,
    MigrationMethod method) {

  static PullWay of(SlotRoute.Migrating route, int database) {
    return new PullWay(route.source(), route.target(), route.returning(), database, route.method());
  }
}
