package io.vodis.proxy.session;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** What a session may ask about the whole process, of which its loop is a part. */
public interface ProcessView {

  /** Asks every loop; {@code onAll} is called later, on the loop that asks. */
  void ask(boolean withClients, Consumer<List<LoopSnapshot>> onAll);

  /**
   * Asks the servers about a command nobody here knows; {@code onAnswered} is called later, on the
   * loop that asks, after the new table if a server knows it.
   */
  void askForCommand(String name, Runnable onAnswered);

  /** This loop has made connections to servers. */
  void onServersConnected();

  /** When the process began to serve. */
  Instant startedAt();

  /** Different at every start. */
  String incarnation();

  int proxyPort();

  /** What the table and the lease are, in a word or a few, for INFO. */
  String serving();
}
