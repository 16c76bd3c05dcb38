package io.vodis.store.zookeeper;

import static org.awaitility.Awaitility.await;

import io.vodis.config.CoordinatorConfig;
import io.vodis.store.TopologyStore;
import io.vodis.testsupport.TopologyStoreContract;
import io.vodis.testsupport.ZooKeeperServer;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import org.apache.zookeeper.ZooKeeper;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;

class ZooKeeperTopologyStoreTest extends TopologyStoreContract {

  private static ZooKeeperServer server;
  private static int tests;

  private final String product = "contract-" + tests++;

  @BeforeAll
  static void startServer() {
    server = ZooKeeperServer.start();
  }

  @AfterAll
  static void closeServer() {
    server.close();
  }

  @Override
  protected TopologyStore newClient() {
    return ZooKeeperTopologyStore.open(config(), product);
  }

  @Override
  protected void expireSession(TopologyStore client) {
    Sessions.end(server.address(), ((ZooKeeperTopologyStore) client).session());
  }

  @Override
  protected void stopServer() {
    server.stop();
  }

  @Override
  protected void restartServer() {
    server.restart();
  }

  private static CoordinatorConfig config() {
    return new CoordinatorConfig(
        "zookeeper", server.address(), "", Duration.ofSeconds(2), "127.0.0.1");
  }

  /** Ends sessions at the server, as an expiry does, by closing them from a second client. */
  private static final class Sessions {

    static void end(String address, ZooKeeper session) {
      try {
        ZooKeeper intruder =
            new ZooKeeper(
                address, 5000, event -> {}, session.getSessionId(), session.getSessionPasswd());
        await().until(() -> intruder.getState().isConnected() || !intruder.getState().isAlive());
        intruder.close();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
