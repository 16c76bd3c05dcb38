package io.vodis.config;

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
        String productAuth) {

  private static final Pattern NAME = Pattern.compile("\\w[\\w.\\-]*");

  public ProductConfig {
    if (!NAME.matcher(productName).matches()) {
      throw ConfigException.invalid(
          "product_name",
          productName,
          "letters, digits, '_', '.', '-', not starting with '.', '-'");
    }
  }

  public static ProductConfig defaults() {
    return new ProductConfig("codis-demo", "");
  }

  @Override
  public String toString() {
    return "ProductConfig[productName=" + productName + "]";
  }
}
