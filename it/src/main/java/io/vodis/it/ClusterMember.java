package io.vodis.it;

import io.vodis.model.HostAndPort;
import io.vodis.model.Role;

/** One process of the product, or a part of this JVM that acts as one. */
public interface ClusterMember extends AutoCloseable {

  Role role();

  /** The address its clients use: proxy port or HTTP. The same after a restart. */
  HostAndPort address();

  /** HTTP health and status; the same as {@link #address} for topom and metrics. */
  HostAndPort adminAddress();

  /** Ends it in order. */
  void stop();

  /** Starts it again after {@link #stop} or {@link #kill}; returns once it is up. */
  void restart();

  /** {@code kill -9}; only a process of its own can be. */
  void kill();

  /** {@code kill -STOP}; only a process of its own can be. */
  void pause();

  /** {@code kill -CONT}. */
  void resume();

  /** Process id; this JVM's own for a member inside it. */
  long pid();

  @Override
  void close();
}
