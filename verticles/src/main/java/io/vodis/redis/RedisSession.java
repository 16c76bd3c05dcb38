package io.vodis.redis;

import java.time.Duration;
import java.util.List;

/**
 * One connection to a database of a server that is never opened again: once it is lost, or has been
 * killed on the server, nothing more can be sent over it. So whoever has killed it knows that no
 * command of its owner can be executed any more, however late its owner finds out.
 */
public interface RedisSession extends AutoCloseable {

  /** As {@link RedisAdmin#call}. */
  Reply call(Duration timeout, List<byte[]> command);

  /** As {@link RedisAdmin#callAll}. */
  List<Reply> callAll(Duration timeout, List<List<byte[]>> commands);

  @Override
  void close();
}
