package io.vodis.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

class ProductConfigTest {

  private static ProductConfig of(String auth, String user, String... byServer) {
    return new ProductConfig("shop", auth, user, List.of(byServer), ServerTlsConfig.defaults());
  }

  @Test
  void noSecretIsShown() {
    ProductConfig config = of("hunter2", "vodis", "10.0.0.1:6379=app:hunter3");

    assertThat(config.toString()).doesNotContain("hunter");
    assertThat(ConfigWriter.effective(config)).contains("product_auth_user=vodis");
    assertThat(ConfigWriter.effective(config)).doesNotContain("hunter");
  }

  @Test
  void whatIsWrongWithASecretIsSaidWithoutIt() {
    assertThatThrownBy(() -> of("", "", "hunter3"))
        .isInstanceOf(ConfigException.class)
        .hasMessageContaining("product_auth_by_server")
        .hasMessageNotContaining("hunter");
  }

  @Test
  void aUserNeedsAPassword() {
    assertThatThrownBy(() -> of("", "vodis")).hasMessageContaining("product_auth_user");
  }

  @Test
  void aCertificateNeedsItsKey() {
    assertThatThrownBy(() -> new ServerTlsConfig(true, "", "cert.pem", "", true))
        .hasMessageContaining("product_tls_cert");
  }
}
