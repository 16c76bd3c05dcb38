package io.vodis.testsupport;

import io.vodis.store.TopologyStore;

class InMemoryTopologyStoreTest extends TopologyStoreContract {

  private final InMemoryStoreServer server = new InMemoryStoreServer("contract");

  @Override
  protected TopologyStore newClient() {
    return server.client();
  }

  @Override
  protected void expireSession(TopologyStore client) {
    ((InMemoryTopologyStore) client).expireSession();
  }

  @Override
  protected void stopServer() {
    server.stop();
  }

  @Override
  protected void restartServer() {
    server.restart();
  }
}
