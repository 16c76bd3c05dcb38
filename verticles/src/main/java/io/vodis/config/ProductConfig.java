package io.vodis.config;

import java.util.List;
import java.util.regex.Pattern;

/** What every process of a product has in common. */
public record ProductConfig(
    @Doc("Name of the product: the namespace of everything it keeps in the store and on the bus.")
        String productName,
    @Doc(
            value =
                "Password of the Redis servers (AUTH). Empty: the servers have none. The same for"
                    + " every process of the product.",
            secret = true)
        String productAuth,
    @Doc(
            "ACL user that the password belongs to (Redis 6). Empty: the default user. What it has"
                + " to be allowed stands in docs/operations.md.")
        String productAuthUser,
    @Doc(
            value =
                "Servers with a sign-in of their own, each as SERVER=USER:PASSWORD, or"
                    + " SERVER=PASSWORD for the default user, or SERVER= for none. SERVER is"
                    + " host:port, in which * stands for any characters; the first that fits"
                    + " counts. A password that contains a colon needs the colon of an empty USER"
                    + " before it; none can contain a comma. For all other servers:"
                    + " product_auth.",
            secret = true)
        List<String> productAuthByServer,
    @Section("TLS to the servers") ServerTlsConfig tls) {

  private static final Pattern NAME = Pattern.compile("\\w[\\w.\\-]*");

  public ProductConfig {
    productAuthByServer = List.copyOf(productAuthByServer);
    if (!NAME.matcher(productName).matches()) {
      throw ConfigException.invalid(
          "product_name",
          productName,
          "letters, digits, '_', '.', '-', not starting with '.', '-'");
    }
    if (productAuth.isEmpty() && !productAuthUser.isEmpty()) {
      throw ConfigException.invalid(
          "product_auth_user", productAuthUser, "empty unless product_auth is its password");
    }
    for (String entry : productAuthByServer) {
      if (entry.indexOf('=') < 1) {
        // Not shown: what is wrong may be a password.
        throw ConfigException.invalid("product_auth_by_server", "***", "SERVER=[USER:]PASSWORD");
      }
    }
  }

  /** A product whose servers have one password, or none if that is empty. */
  public ProductConfig(String productName, String productAuth) {
    this(productName, productAuth, "", List.of(), ServerTlsConfig.defaults());
  }

  public static ProductConfig defaults() {
    return new ProductConfig("codis-demo", "");
  }

  @Override
  public String toString() {
    return "ProductConfig[productName=" + productName + "]";
  }
}
