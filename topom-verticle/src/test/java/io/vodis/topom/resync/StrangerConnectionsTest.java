package io.vodis.topom.resync;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.Vertx;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import io.vodis.redis.ServerAccess;
import io.vodis.redis.VertxRedisAdmin;
import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StrangerConnectionsTest {

  private static final Duration TIMEOUT = Duration.ofSeconds(5);

  private final List<Member> live = new ArrayList<>();
  private Vertx vertx;
  private RedisProcess server;
  private VertxRedisAdmin admin;
  private StrangerConnections strangers;
  private int storeReads;

  @BeforeEach
  void start() {
    vertx = Vertx.vertx();
    server = RedisProcess.start();
    admin =
        new VertxRedisAdmin(vertx, ServerAccess.withPassword(""), StrangerConnections.topomName(3));
    strangers =
        new StrangerConnections(
            admin,
            () -> {
              storeReads++;
              return live;
            },
            3);
  }

  @AfterEach
  void stop() {
    admin.close();
    server.close();
    vertx.close().await();
  }

  private RespClient client(String name) {
    RespClient client = server.client();
    if (!name.isEmpty()) {
      client.call("CLIENT", "SETNAME", name);
    }
    return client;
  }

  private String names() {
    return String.valueOf(server.call("CLIENT", "LIST"));
  }

  @Test
  void endsThoseOfProxiesThatAreGoneAndOfEarlierTerms() {
    // Given
    HostAndPort address = new HostAndPort("h", 1);
    live.add(new Member(Role.PROXY, "t", "alive", address, address, "", 1, ""));
    try (RespClient aliveProxy = client("vodis:proxy:alive");
        RespClient fencedProxy = client("vodis:proxy:fenced");
        RespClient goneProxy = client("vodis:proxy:gone");
        RespClient oldTopom = client("vodis:topom:2");
        RespClient somebody = client("application");
        RespClient nameless = client("")) {

      // When
      int ended = strangers.end(server.address(), Set.of("fenced"), TIMEOUT);

      // Then
      assertThat(ended).isEqualTo(2);
      assertThat(names())
          .contains("vodis:proxy:alive", "vodis:proxy:fenced", "vodis:topom:3", "application")
          .doesNotContain("vodis:proxy:gone", "vodis:topom:2");
      assertThat(nameless.call("PING")).isEqualTo("PONG");
    }
  }

  @Test
  void endsWhatMovesKeysWhoeverHasIt() {
    try (RespClient pull = client("vodis:proxy:alive:pull:0");
        RespClient proxy = client("vodis:proxy:alive:0:1");
        RespClient sweep = client(StrangerConnections.sweepName(3));
        RespClient copy = client(StrangerConnections.copyName(2));
        RespClient dump = client(StrangerConnections.dumpName(3) + ":1/");
        RespClient topom = client("vodis:topom:3");
        RespClient users = client(StrangerConnections.usersName(3));
        RespClient somebody = client("a:pull:0")) {

      strangers.endMoves(server.address(), TIMEOUT);

      assertThat(List.of(pull, sweep, copy, dump)).allMatch(RespClient::isClosedByPeer);
      for (RespClient left : List.of(proxy, topom, users, somebody)) {
        assertThat(left.call("PING")).isEqualTo("PONG");
      }
    }
  }

  @Test
  void doesNotAskTheStoreWhenAllHaveFenced() {
    // Given
    try (RespClient fencedProxy = client("vodis:proxy:fenced")) {

      // When
      int ended = strangers.end(server.address(), Set.of("fenced"), TIMEOUT);

      // Then
      assertThat(ended).isZero();
      assertThat(storeReads).isZero();
      assertThat(fencedProxy.call("PING")).isEqualTo("PONG");
    }
  }
}
