package io.vodis.proxy;

import io.vertx.core.http.ClientAuth;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.ServerSSLOptions;
import io.vodis.config.ConfigException;
import io.vodis.config.Doc;

/** Whether clients speak TLS. Files are PEM, and are read anew when the configuration is. */
public record ClientTlsConfig(
    @Doc(
            "File with the certificate of the proxy, and those between it and an authority. With"
                + " it clients speak TLS on proxy_addr, and nothing else. Empty: no TLS.")
        String proxyTlsCert,
    @Doc("File with the private key of that certificate, without a password.") String proxyTlsKey,
    @Doc(
            "File with the certificates of the authorities one of which clients must show a"
                + " certificate of. Empty: clients need none.")
        String proxyTlsClientCa) {

  static final ClientTlsConfig OFF = new ClientTlsConfig("", "", "");

  public ClientTlsConfig {
    if (proxyTlsCert.isEmpty() != proxyTlsKey.isEmpty()) {
      throw ConfigException.invalid(
          "proxy_tls_cert", proxyTlsCert, "a certificate and its key, or neither");
    }
    if (proxyTlsCert.isEmpty() && !proxyTlsClientCa.isEmpty()) {
      throw ConfigException.invalid(
          "proxy_tls_client_ca", proxyTlsClientCa, "empty without proxy_tls_cert");
    }
  }

  boolean isOn() {
    return !proxyTlsCert.isEmpty();
  }

  /** With TLS, if it is on. */
  NetServerOptions applyTo(NetServerOptions options) {
    if (isOn()) {
      options.setSsl(true).setKeyCertOptions(certificate());
      if (!proxyTlsClientCa.isEmpty()) {
        options.setTrustOptions(trust()).setClientAuth(ClientAuth.REQUIRED);
      }
    }
    return options;
  }

  /** The same for a port that is open. */
  ServerSSLOptions options() {
    ServerSSLOptions options = new ServerSSLOptions().setKeyCertOptions(certificate());
    if (!proxyTlsClientCa.isEmpty()) {
      options.setTrustOptions(trust()).setClientAuth(ClientAuth.REQUIRED);
    }
    return options;
  }

  private PemKeyCertOptions certificate() {
    return new PemKeyCertOptions().addCertPath(proxyTlsCert).addKeyPath(proxyTlsKey);
  }

  private PemTrustOptions trust() {
    return new PemTrustOptions().addCertPath(proxyTlsClientCa);
  }
}
