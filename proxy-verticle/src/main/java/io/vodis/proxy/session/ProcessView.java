package io.vodis.proxy.session;

import java.time.Instant;
import java.util.List;
import java.util.function.Consumer;

/** What a session may ask about the whole process, of which its loop is a part. */
public interface ProcessView {

  /** Asks every loop; {@code onAll} is called later, on the loop that asks. */
  void ask(boolean withClients, Consumer<List<LoopSnapshot>> onAll);

  /** When the process began to serve. */
  Instant startedAt();

  /** Different at every start. */
  String incarnation();

  int proxyPort();

  /** What the table and the lease are, in a word or a few, for INFO. */
  String serving();
}
