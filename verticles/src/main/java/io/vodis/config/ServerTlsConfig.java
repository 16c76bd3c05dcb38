package io.vodis.config;

/** Whether and how the servers are spoken to over TLS. Files are PEM. */
public record ServerTlsConfig(
    @Doc(
            "Whether the servers are spoken to over TLS: all of them, on the ports that the store"
                + " names. Keys move between servers over TLS if the servers' own setting"
                + " tls-cluster says so, and replicas follow over TLS if tls-replication does.")
        boolean productTls,
    @Doc(
            "File with the certificates of the authorities that the servers' certificates must"
                + " come from. Empty: those the Java runtime trusts.")
        String productTlsCa,
    @Doc(
            "File with the certificate shown to the servers, and those between it and an authority."
                + " Empty: none is shown, and the servers need tls-auth-clients no.")
        String productTlsCert,
    @Doc("File with the private key of that certificate, without a password. Empty: none.")
        String productTlsKey,
    @Doc(
            "Whether a server's certificate must name the host or address by which the store knows"
                + " the server.")
        boolean productTlsVerifyHost) {

  public ServerTlsConfig {
    if (productTlsCert.isEmpty() != productTlsKey.isEmpty()) {
      throw ConfigException.invalid(
          "product_tls_cert", productTlsCert, "a certificate and its key, or neither");
    }
  }

  public static ServerTlsConfig defaults() {
    return new ServerTlsConfig(false, "", "", "", true);
  }
}
