package io.vodis.lifecycle;

import io.vodis.model.Member;

/** A role that has been started in this process. Closing it ends it in order and waits. */
public interface RunningRole extends AutoCloseable {

  Member member();

  @Override
  void close();
}
