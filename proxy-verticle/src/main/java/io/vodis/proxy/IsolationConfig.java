package io.vodis.proxy;

import io.vodis.config.ConfigException;
import io.vodis.config.Doc;
import io.vodis.proxy.control.OnIsolation;
import java.nio.file.InvalidPathException;
import java.nio.file.Path;
import java.util.Optional;

/** What a proxy does while nobody tells it what it may serve. */
public record IsolationConfig(
    @Doc(
            "Directory in which the proxy keeps its last slot table, so that it can start while no"
                + " topom runs: it is served once the store confirms that nothing has changed"
                + " since, or, while the store is away, for as long as more than half of the"
                + " members that the proxy had named vouch for that. Made if it is not there."
                + " Empty: none is kept.")
        String proxyTableDir,
    @Doc(
            "What happens when the store has not answered for two thirds of"
                + " coordinator_session_timeout, and not more than half of the members have lost it"
                + " too (if they have, the proxy serves in any case). fence: the proxy stops"
                + " serving, because its slots may be moved or their servers replaced without it."
                + " serve: it goes on, as Codis does; writes are lost if slots or primaries change"
                + " meanwhile.")
        OnIsolation onIsolation,
    @Doc(
            value =
                "What a caller must present to the admin port to change anything (POST /isolation,"
                    + " /reload). Empty: the proxy cannot be told to serve without the store, and"
                    + " /reload is open to all.",
            secret = true)
        String adminToken) {

  public IsolationConfig {
    try {
      var unused = Path.of(proxyTableDir);
    } catch (InvalidPathException e) {
      throw ConfigException.invalid("proxy_table_dir", proxyTableDir, "a path");
    }
  }

  public static IsolationConfig defaults() {
    return new IsolationConfig("data", OnIsolation.FENCE, "");
  }

  /** The file for the table of a product. */
  Optional<Path> tableFile(String product) {
    return proxyTableDir.isEmpty()
        ? Optional.empty()
        : Optional.of(Path.of(proxyTableDir, product + ".table.json"));
  }

  @Override
  public String toString() {
    return "IsolationConfig[" + proxyTableDir + ", " + onIsolation + "]";
  }
}
