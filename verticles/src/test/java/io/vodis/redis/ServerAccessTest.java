package io.vodis.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.config.ProductConfig;
import io.vodis.config.ServerTlsConfig;
import io.vodis.model.HostAndPort;
import java.util.List;
import org.junit.jupiter.api.Test;

class ServerAccessTest {

  private static ServerAccess access(String... byServer) {
    return ServerAccess.of(
        new ProductConfig(
            "shop", "common", "vodis", List.of(byServer), ServerTlsConfig.defaults()));
  }

  private static List<String> auth(ServerAccess access, String server) {
    return access.credentials(HostAndPort.parse(server)).auth();
  }

  @Test
  void aServerWithoutARuleHasTheProductsUserAndPassword() {
    assertThat(auth(access(), "10.0.0.1:6379")).containsExactly("AUTH", "vodis", "common");
    assertThat(auth(ServerAccess.withPassword("p"), "10.0.0.1:6379")).containsExactly("AUTH", "p");
    assertThat(auth(ServerAccess.OPEN, "10.0.0.1:6379")).isEmpty();
  }

  @Test
  void theFirstRuleThatFitsCounts() {
    ServerAccess access =
        access("10.0.0.1:6379=one", "10.0.0.*=app:two", "*.shop.org:*=:th:ree", "old:6379=");

    assertThat(auth(access, "10.0.0.1:6379")).containsExactly("AUTH", "one");
    assertThat(auth(access, "10.0.0.1:6380")).containsExactly("AUTH", "app", "two");
    assertThat(auth(access, "a.shop.org:7000")).containsExactly("AUTH", "th:ree");
    assertThat(auth(access, "old:6379")).isEmpty();
    assertThat(auth(access, "old:63790")).containsExactly("AUTH", "vodis", "common");
    assertThat(auth(access, "10x0x0x1:6379")).containsExactly("AUTH", "vodis", "common");
  }

  @Test
  void aServerSignsInToItsTargetAsWeDo() {
    ServerAccess access = access("10.0.0.1:6379=one", "10.0.0.2:6379=");

    assertThat(access.credentials(HostAndPort.parse("10.0.0.1:6379")).ofMigrate())
        .containsExactly("AUTH", "one");
    assertThat(access.credentials(HostAndPort.parse("10.0.0.2:6379")).ofMigrate()).isEmpty();
    assertThat(access.credentials(HostAndPort.parse("10.0.0.3:6379")).ofMigrate())
        .containsExactly("AUTH2", "vodis", "common");
  }

  @Test
  void noSecretIsShown() {
    ServerAccess access = access();

    assertThat(access + " " + access.credentials(HostAndPort.parse("10.0.0.3:6379")))
        .doesNotContain("common");
  }
}
