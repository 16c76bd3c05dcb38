package io.vodis.lifecycle;

import io.vodis.model.Member;
import java.time.Duration;

/** A role that has been started in this process. Closing it ends it in order and waits. */
public interface RunningRole extends AutoCloseable {

  Member member();

  /** Its configuration, which can be read again while it runs. */
  ConfigReload<?> configuration();

  /** How long closing it may take. */
  default Duration closeLimit() {
    return Duration.ofSeconds(10);
  }

  @Override
  void close();
}
