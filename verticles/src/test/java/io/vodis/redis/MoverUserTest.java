package io.vodis.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;

class MoverUserTest {

  private static final HostAndPort SOURCE = HostAndPort.parse("10.0.0.1:6379");

  @Test
  void itsNameTellsWhoseItIs() {
    assertThat(MoverUser.sourceOf(MoverUser.name(SOURCE))).contains(SOURCE);
    assertThat(MoverUser.sourceOf("default")).isEmpty();
    assertThat(MoverUser.sourceOf("vodis-move:nobody")).isEmpty();
  }

  @Test
  void itHasTheSecretThatTheTargetHasAnyway() {
    Credentials others = new Credentials("app", "secret");

    assertThat(MoverUser.credentials(SOURCE, others).ofMigrate())
        .containsExactly("AUTH2", "vodis-move:10.0.0.1:6379", "secret");
    assertThat(MoverUser.credentials(SOURCE, Credentials.NONE).ofMigrate())
        .as("also where others need none: it has to become this user")
        .hasSize(3);
  }

  @Test
  void whoeverHasLostThePermissionCanSignInStill() {
    String sign = "ACL SETUSER vodis-move:10.0.0.1:6379 reset on >secret";
    Credentials others = new Credentials("", "secret");

    assertThat(text(MoverUser.revoke(SOURCE, others))).isEqualTo(sign);
    assertThat(text(MoverUser.grant(SOURCE, others))).startsWith(sign).contains("+restore");
  }

  private static String text(List<byte[]> command) {
    return String.join(
        " ", command.stream().map(word -> new String(word, StandardCharsets.UTF_8)).toList());
  }
}
