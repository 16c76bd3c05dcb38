package io.vodis.proxy.process;

import io.vodis.model.HostAndPort;
import io.vodis.proxy.info.ClusterView;
import io.vodis.proxy.migrate.KeyRequests;
import io.vodis.proxy.session.SessionEnvironment;
import io.vodis.proxy.stats.LoopSnapshot;
import java.time.Instant;
import java.util.List;
import java.util.function.BiConsumer;
import java.util.function.Consumer;
import java.util.function.Function;

/** What a session may ask about the whole process, of which its loop is a part. */
public interface ProcessView {

  /** Asks every loop; {@code onAll} is called later, on the loop that asks. */
  void ask(Consumer<List<LoopSnapshot>> onAll);

  /**
   * Runs {@code task} on every loop, with what its sessions share; {@code onAll} is called later,
   * on the loop that asks. What a task returns must not be touched by its own loop any more.
   */
  <T> void eachLoop(Function<SessionEnvironment, T> task, Consumer<List<T>> onAll);

  /**
   * As {@link #eachLoop}, for a task that has its answer later: it hands it over on its own loop,
   * once.
   */
  <T> void eachLoopLater(BiConsumer<SessionEnvironment, Consumer<T>> task, Consumer<List<T>> onAll);

  /**
   * Asks the servers about a command nobody here knows; {@code onAnswered} is called later, on the
   * loop that asks, after the new table if a server knows it.
   */
  void askForCommand(String name, Runnable onAnswered);

  /** This loop has made connections to servers. */
  void onServersConnected();

  /** The servers, asked beside the traffic; what is said comes back on the loop that asks. */
  Servers servers();

  /** The way to the leading topom for keys that this process must not move itself. */
  KeyRequests keyRequests();

  /** The proxies of the product as nodes of a cluster. */
  ClusterView cluster();

  /** Where clients are told to find this proxy. */
  HostAndPort address();

  /** When the process began to serve. */
  Instant startedAt();

  /** Different at every start. */
  String incarnation();

  int proxyPort();

  /** What the table and the lease are, in a word or a few, for INFO. */
  String serving();
}
