package io.vodis.proxy;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.testsupport.RedisProcess;
import io.vodis.testsupport.RespClient;
import io.vodis.testsupport.RespError;
import org.junit.jupiter.api.Test;

/** One password for clients, another one towards the servers. */
class PasswordsIT {

  private static final RespError NO_AUTH = new RespError("NOAUTH Authentication required.");
  private static final RespError WRONG =
      new RespError("WRONGPASS invalid username-password pair or user is disabled.");

  @Test
  void clientsSignInAndServersAreSignedInTo() throws Exception {
    // Given
    SessionConfig open = SessionConfig.defaults();
    SessionConfig closed =
        new SessionConfig(
            "front",
            open.sessionRecvTimeout(),
            open.sessionSendTimeout(),
            open.sessionMaxPipeline(),
            open.sessionMaxOutput(),
            open.sessionMaxRequest(),
            open.sessionMultiMaxCommands(),
            open.sessionMultiMaxSize(),
            open.sessionKeepalivePeriod(),
            open.sessionBreakOnFailure());
    try (RedisProcess server = RedisProcess.builder().password("back").start();
        Planes planes = Planes.start(1, config -> Planes.withPasswords(config, "back", closed))) {
      planes.installAll(Planes.serving(server.address()));
      try (RespClient client = planes.client()) {
        // When / Then
        assertThat(client.call("GET", "foo")).isEqualTo(NO_AUTH);
        assertThat(client.call("PING")).isEqualTo(NO_AUTH);
        assertThat(client.call("AUTH", "back")).isEqualTo(WRONG);
        assertThat(client.call("AUTH", "nobody", "front")).isEqualTo(WRONG);
        assertThat(client.call("AUTH", "default", "front")).isEqualTo("OK");
        assertThat(client.call("SET", "foo", "1")).isEqualTo("OK");
        assertThat(client.call("RESET")).isEqualTo("RESET");
        assertThat(client.call("GET", "foo")).isEqualTo(NO_AUTH);
        assertThat(String.valueOf(client.call("HELLO", "2")))
            .contains("NOAUTH HELLO must be called");
        client.expect("HELLO", "2", "AUTH", "default", "front");
        assertThat(client.call("GET", "foo")).isEqualTo("1");
      }
    }
  }
}
