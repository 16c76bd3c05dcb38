package io.vodis.proxy;

import io.vodis.testsupport.RedisProcess;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;

/** Tests of a data plane with two loops before two real servers, empty before each test. */
abstract class OnTwoServers {

  static RedisProcess lower;
  static RedisProcess upper;
  Planes planes;

  @BeforeAll
  static void startServers() {
    lower = RedisProcess.start();
    upper = RedisProcess.start();
  }

  @AfterAll
  static void stopServers() {
    lower.close();
    upper.close();
  }

  @BeforeEach
  void startPlane() throws Exception {
    for (RedisProcess server : List.of(lower, upper)) {
      server.call("FLUSHALL");
      server.call("SCRIPT", "FLUSH");
    }
    planes = Planes.start(2, this::config);
    install();
  }

  /** What differs from the defaults. */
  ProxyConfig config(ProxyConfig defaults) {
    return defaults;
  }

  /** The first table: each server has half of the slots. */
  void install() throws Exception {
    planes.installHalves(lower.address(), upper.address());
  }

  @AfterEach
  void stopPlane() throws Exception {
    planes.close();
  }
}
