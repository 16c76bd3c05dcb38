package io.vodis.store.zookeeper;

import io.vodis.config.CoordinatorConfig;
import io.vodis.store.StoreException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.apache.curator.framework.CuratorFramework;
import org.apache.zookeeper.KeeperException;
import org.apache.zookeeper.ZooKeeper;
import org.apache.zookeeper.data.ACL;

/**
 * The way to the ZooKeeper servers. Curator keeps it up and makes a new session when the old one
 * has expired; each session is another {@link ZooKeeper} object, by which it is told apart.
 */
final class ZooKeeperConnection implements AutoCloseable {

  private final CuratorFramework curator;
  private final List<ACL> acl;
  private final String address;
  private final Duration answerTimeout;

  ZooKeeperConnection(CoordinatorConfig config) {
    this.curator = ZooKeeperClients.create(config, "", 0);
    this.acl = ZooKeeperClients.acl(config);
    this.address = config.coordinatorAddr();
    this.answerTimeout = config.coordinatorSessionTimeout();
    curator.start();
  }

  List<ACL> acl() {
    return acl;
  }

  boolean isConnected() {
    return curator.getZookeeperClient().isConnected();
  }

  /** Waits for the servers to be reached; false if they were not within that time. */
  boolean awaitConnected(Duration timeout) throws InterruptedException {
    return curator.blockUntilConnected((int) timeout.toMillis(), TimeUnit.MILLISECONDS);
  }

  /** The present session, connected or not. */
  ZooKeeper session() {
    try {
      return curator.getZookeeperClient().getZooKeeper();
    } catch (Exception e) {
      throw unavailable(e);
    }
  }

  /**
   * Waits for an answer.
   *
   * @throws StoreException {@code UNAVAILABLE} if there is none
   * @throws KeeperException if the answer is an error
   */
  <T> T await(CompletableFuture<T> answer) throws KeeperException {
    try {
      return answer.get(answerTimeout.toMillis(), TimeUnit.MILLISECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw unavailable(e);
    } catch (TimeoutException e) {
      throw unavailable(e);
    } catch (ExecutionException e) {
      if (e.getCause() instanceof KeeperException error && !isNoAnswer(error.code())) {
        throw error;
      }
      throw unavailable(e.getCause() instanceof Exception cause ? cause : e);
    }
  }

  /** Waits for an answer of which no error is expected. */
  <T> T answerOf(CompletableFuture<T> answer) {
    try {
      return await(answer);
    } catch (KeeperException e) {
      throw unavailable(e);
    }
  }

  StoreException unavailable(Exception cause) {
    return new StoreException(
        StoreException.Reason.UNAVAILABLE, "store at " + address + ": " + explain(cause), cause);
  }

  private static String explain(Exception cause) {
    if (cause instanceof KeeperException error) {
      return switch (error.code()) {
        case CONNECTIONLOSS -> "connection lost";
        case SESSIONEXPIRED -> "session expired";
        case NOAUTH, AUTHFAILED ->
            "permission denied for " + error.getPath() + ", check coordinator_auth";
        case UNIMPLEMENTED -> "the server is too old, ZooKeeper 3.6 or newer is needed";
        default -> String.valueOf(error.getMessage());
      };
    }
    return switch (cause) {
      case TimeoutException e -> "no answer";
      case InterruptedException e -> "interrupted while waiting";
      default -> String.valueOf(cause.getMessage());
    };
  }

  private static boolean isNoAnswer(KeeperException.Code code) {
    return switch (code) {
      case CONNECTIONLOSS, SESSIONEXPIRED, SESSIONMOVED, OPERATIONTIMEOUT, REQUESTTIMEOUT -> true;
      default -> false;
    };
  }

  /** Ends the session, which takes its ephemeral nodes away at once. */
  @Override
  public void close() {
    curator.close();
  }
}
