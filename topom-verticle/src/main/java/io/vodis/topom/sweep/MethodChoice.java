package io.vodis.topom.sweep;

import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;

/** Finds out how keys can get from one server to another. */
final class MethodChoice {

  /** The method for slots that are about to be opened. */
  MigrationMethod choose(HostAndPort source, HostAndPort target) {
    return MigrationMethod.MIGRATE;
  }
}
