package io.vodis.redis;

import java.time.Duration;
import java.util.List;
import java.util.function.LongFunction;

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

  /**
   * Several commands at once. The refusal of one is its answer, and says nothing of the others.
   *
   * @return an answer for each, in order
   */
  List<Answer> callEach(Duration timeout, List<List<byte[]>> commands);

  /**
   * What became of one command of several.
   *
   * @param refusal the server's words if it has refused, else empty; then {@code reply} is null
   */
  record Answer(Reply reply, String refusal) {

    public boolean isRefused() {
      return !refusal.isEmpty();
    }
  }

  /**
   * SET of a value that nobody holds whole on its way. The server takes it in as it comes and
   * executes nothing before the end.
   *
   * @param timeout of each piece
   * @param pieceAt the bytes from a place on, as many as it likes; if the value has become another
   *     length meanwhile the session is lost
   */
  void set(Duration timeout, byte[] key, long length, LongFunction<byte[]> pieceAt);

  @Override
  void close();
}
