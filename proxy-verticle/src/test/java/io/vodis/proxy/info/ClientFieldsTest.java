package io.vodis.proxy.info;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import java.util.Map;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientFieldsTest {

  private static ServerReports servers(String one, String other) {
    return new ServerReports(
        2,
        Map.of(
            new HostAndPort("h", 1), ServerReport.parse("# Server\r\n" + one.replace(' ', '\n')),
            new HostAndPort("h", 2),
                ServerReport.parse("# Server\r\n" + other.replace(' ', '\n'))));
  }

  @ParameterizedTest
  @CsvSource({
    "redis_version:7.0.15, redis_version:8.0.2, false, false, false, false, false",
    "redis_version:7.2.4, redis_version:7.2.4, false, true, false, false, false",
    "redis_version:8.0.2, redis_version:7.4.0, true, true, false, false, false",
    "redis_version:8.0.2, redis_version:8.0.2, true, true, true, false, false",
    "redis_version:7.2.4 valkey_version:8.1.1, redis_version:7.2.4 valkey_version:9.1.2, true,"
        + " true, false, true, false",
    "redis_version:7.2.4 valkey_version:9.0.0, redis_version:7.2.4 valkey_version:9.1.2, true,"
        + " true, false, true, true",
    "redis_version:7.2.4 valkey_version:8.1.1, redis_version:7.2.4, false, true, false, false,"
        + " false",
  })
  void whatAllServersShowIsShown(
      String one,
      String other,
      boolean watch,
      boolean library,
      boolean ioThread,
      boolean valkey,
      boolean valkey9) {
    assertThat(ClientFields.of(servers(one, other)))
        .isEqualTo(new ClientFields(watch, library, ioThread, valkey, valkey9));
  }
}
