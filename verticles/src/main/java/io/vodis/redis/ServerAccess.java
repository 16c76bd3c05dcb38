package io.vodis.redis;

import io.vodis.config.ProductConfig;
import io.vodis.model.HostAndPort;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Collectors;

/** How the servers of a product are reached: who signs in to which, and whether over TLS. */
public final class ServerAccess {

  /** Servers that need neither a password nor TLS. */
  public static final ServerAccess OPEN = withPassword("");

  private record Rule(Pattern servers, Credentials credentials) {}

  private final List<Rule> rules;
  private final Credentials others;
  private final Optional<ServerTls> tls;

  private ServerAccess(List<Rule> rules, Credentials others, Optional<ServerTls> tls) {
    this.rules = rules;
    this.others = others;
    this.tls = tls;
  }

  /** Servers of one password; empty for none. */
  public static ServerAccess withPassword(String password) {
    return new ServerAccess(List.of(), new Credentials("", password), Optional.empty());
  }

  /** As the product is configured. */
  public static ServerAccess of(ProductConfig product) {
    List<Rule> rules = new ArrayList<>();
    for (String entry : product.productAuthByServer()) {
      int equals = entry.indexOf('=');
      rules.add(
          new Rule(pattern(entry.substring(0, equals)), credentials(entry.substring(equals + 1))));
    }
    return new ServerAccess(
        rules,
        new Credentials(product.productAuthUser(), product.productAuth()),
        product.tls().productTls() ? Optional.of(new ServerTls(product.tls())) : Optional.empty());
  }

  private static Pattern pattern(String servers) {
    return Pattern.compile(
        Arrays.stream(servers.strip().split("\\*", -1))
            .map(Pattern::quote)
            .collect(Collectors.joining(".*")));
  }

  private static Credentials credentials(String text) {
    int colon = text.indexOf(':');
    return colon < 0
        ? new Credentials("", text)
        : new Credentials(text.substring(0, colon), text.substring(colon + 1));
  }

  public Credentials credentials(HostAndPort server) {
    String address = server.toString();
    for (Rule rule : rules) {
      if (rule.servers().matcher(address).matches()) {
        return rule.credentials();
      }
    }
    return others;
  }

  /** Empty if the servers are spoken to as they are. */
  public Optional<ServerTls> tls() {
    return tls;
  }

  @Override
  public String toString() {
    return "ServerAccess[tls=" + tls.isPresent() + "]";
  }
}
