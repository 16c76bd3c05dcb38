package io.vodis.it.client;

import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** The clients of Node; in cluster mode: {@link ClusterClientsIT}. */
@ExtendWith(SharedProduct.Extension.class)
class NodeClientsIT {

  private final SharedProduct product;

  NodeClientsIT(SharedProduct product) {
    this.product = product;
  }

  @BeforeAll
  static void install() {
    NodeClients.assumeInstalled();
  }

  @ParameterizedTest
  @ValueSource(strings = {"ioredis", "node-redis"})
  void theClientWorksAsItComes(String client) {
    NodeClients.run(client, product.address());
  }
}
