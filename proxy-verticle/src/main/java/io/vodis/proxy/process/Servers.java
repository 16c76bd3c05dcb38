package io.vodis.proxy.process;

import io.vodis.model.HostAndPort;
import io.vodis.proxy.info.ServerReports;
import io.vodis.redis.Reply;
import java.util.List;
import java.util.function.Consumer;

/**
 * The servers behind this proxy, asked beside the traffic: nobody's requests wait for it, and a
 * server that does not answer in time costs its own answer only.
 */
public interface Servers {

  /**
   * One server's answers.
   *
   * @param replies one for each command; none if it did not answer
   * @param error why there are none, in its words or ours; empty if there are
   */
  record Answer(HostAndPort server, List<Reply> replies, String error) {
    public Answer {
      replies = List.copyOf(replies);
    }
  }

  /** What they last said about themselves. */
  ServerReports latest();

  /** What they say after this call; {@code onReports} is called on this loop. */
  void report(Consumer<ServerReports> onReports);

  /** Sends commands to every primary, and to the replicas if wanted. */
  void call(List<List<byte[]>> commands, boolean replicasToo, Consumer<List<Answer>> onAnswers);
}
