package io.vodis.redis;

import io.vertx.core.Vertx;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.PemKeyCertOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vodis.config.ServerTlsConfig;
import io.vodis.model.HostAndPort;
import java.io.IOException;
import java.net.Socket;
import java.security.GeneralSecurityException;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLParameters;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * TLS towards the servers. Files are read anew for every client and socket that is opened, so that
 * a renewed certificate counts for what is opened after.
 */
public final class ServerTls {

  private static final String VERIFY_HOST = "HTTPS";

  private final ServerTlsConfig config;

  ServerTls(ServerTlsConfig config) {
    this.config = config;
  }

  /** Makes a client speak TLS; its connect time-out becomes that of the handshake too. */
  public NetClientOptions applyTo(NetClientOptions options) {
    options
        .setSsl(true)
        .setHostnameVerificationAlgorithm(config.productTlsVerifyHost() ? VERIFY_HOST : "")
        .setSslHandshakeTimeoutUnit(TimeUnit.MILLISECONDS)
        .setSslHandshakeTimeout(options.getConnectTimeout());
    if (!config.productTlsCa().isEmpty()) {
      options.setTrustOptions(trust());
    }
    if (!config.productTlsCert().isEmpty()) {
      options.setKeyCertOptions(certificate());
    }
    return options;
  }

  private PemTrustOptions trust() {
    return new PemTrustOptions().addCertPath(config.productTlsCa());
  }

  private PemKeyCertOptions certificate() {
    return new PemKeyCertOptions()
        .addCertPath(config.productTlsCert())
        .addKeyPath(config.productTlsKey());
  }

  /** Speaks TLS over a socket that is connected; returns when both sides have agreed. */
  Socket over(Vertx vertx, Socket socket, HostAndPort server) throws IOException {
    SSLSocket spoken =
        (SSLSocket)
            context(vertx)
                .getSocketFactory()
                .createSocket(socket, server.host(), server.port(), true);
    if (config.productTlsVerifyHost()) {
      SSLParameters parameters = spoken.getSSLParameters();
      parameters.setEndpointIdentificationAlgorithm(VERIFY_HOST);
      spoken.setSSLParameters(parameters);
    }
    spoken.startHandshake();
    return spoken;
  }

  private SSLContext context(Vertx vertx) throws IOException {
    try {
      SSLContext context = SSLContext.getInstance("TLS");
      context.init(keys(vertx), authorities(vertx), null);
      return context;
    } catch (GeneralSecurityException e) {
      throw new IOException(e.getMessage(), e);
    }
  }

  /** Null for none, as {@link SSLContext} has it. */
  private KeyManager @Nullable [] keys(Vertx vertx) throws IOException {
    try {
      return config.productTlsCert().isEmpty()
          ? null
          : certificate().getKeyManagerFactory(vertx).getKeyManagers();
    } catch (Exception e) {
      throw new IOException("product_tls_cert or product_tls_key: " + e.getMessage(), e);
    }
  }

  /** Null for those of the Java runtime. */
  private TrustManager @Nullable [] authorities(Vertx vertx) throws IOException {
    try {
      return config.productTlsCa().isEmpty()
          ? null
          : trust().getTrustManagerFactory(vertx).getTrustManagers();
    } catch (Exception e) {
      throw new IOException("product_tls_ca: " + e.getMessage(), e);
    }
  }
}
