package io.vodis.ha;

import io.vodis.config.ConfigException;
import io.vodis.config.CoordinatorConfig;
import io.vodis.config.Doc;
import io.vodis.config.ListenAddress;
import io.vodis.config.LogConfig;
import io.vodis.config.ProductConfig;
import io.vodis.config.Section;
import io.vodis.ha.judge.FailoverPolicy;
import java.time.Duration;

/** Configuration of the ha role. */
public record HaConfig(
    @Section("Product") ProductConfig product,
    @Section("Coordinator") CoordinatorConfig coordinator,
    @Section("Log") LogConfig log,
    @Section("Admin port") Admin admin,
    @Section("Probes") Probes probes,
    @Section("Failover") Failover failover) {

  private static final Duration PERIOD_MIN = Duration.ofMillis(50);
  private static final Duration PERIOD_MAX = Duration.ofMinutes(1);
  private static final Duration DOWN_AFTER_MIN = Duration.ofMillis(500);
  private static final Duration DOWN_AFTER_MAX = Duration.ofHours(1);

  public HaConfig {
    if (failover.downAfter().compareTo(probes.probeInterval()) <= 0) {
      throw ConfigException.invalid(
          "down_after",
          failover.downAfter(),
          "more than probe_interval, because a server is suspected after two failed probes");
    }
  }

  /** Where this process shows how it is. */
  public record Admin(
      @Doc("HTTP address of /health/live, /health/ready and /status.") String adminAddr,
      @Doc("Datacenter of this process, free text, shown in lists. Empty: none.")
          String datacenter) {
    public Admin {
      ListenAddress.parse("admin_addr", adminAddr);
    }
  }

  /** How servers are asked how they are. */
  public record Probes(
      @Doc("Time from one probe of a server to the next. Between 50ms and 1m.")
          Duration probeInterval,
      @Doc("A probe that is not answered within this time has failed. Between 50ms and 1m.")
          Duration probeTimeout) {
    public Probes {
      check("probe_interval", probeInterval, PERIOD_MIN, PERIOD_MAX, "50ms to 1m");
      check("probe_timeout", probeTimeout, PERIOD_MIN, PERIOD_MAX, "50ms to 1m");
    }
  }

  /** When a primary is replaced. */
  public record Failover(
      @Doc("Whether failed primaries are replaced. With false, ha only watches and reports.")
          boolean failoverEnabled,
      @Doc(
              "A server that has been silent for so long is suspected. All ha members should have"
                  + " the same. Between 500ms and 1h, and more than probe_interval.")
          Duration downAfter,
      @Doc(
              "Number of ha members that must suspect a primary before it is replaced. 0: a"
                  + " majority of the live ha members, so that one alone decides alone.")
          int failoverQuorum,
      @Doc(
              "If more than this share of all servers (in percent, two at least) fail at once,"
                  + " nothing is replaced: then the network is more likely at fault than the"
                  + " servers. 100: never.")
          int failoverFreezePercent) {
    public Failover {
      check("down_after", downAfter, DOWN_AFTER_MIN, DOWN_AFTER_MAX, "500ms to 1h");
      if (failoverQuorum < 0) {
        throw ConfigException.invalid("failover_quorum", failoverQuorum, "0 or more");
      }
      if (failoverFreezePercent < 1 || failoverFreezePercent > 100) {
        throw ConfigException.invalid("failover_freeze_percent", failoverFreezePercent, "1 to 100");
      }
    }
  }

  public static HaConfig defaults() {
    return new HaConfig(
        ProductConfig.defaults(),
        CoordinatorConfig.defaults(),
        LogConfig.defaults(),
        new Admin("0.0.0.0:12080", ""),
        new Probes(Duration.ofSeconds(1), Duration.ofSeconds(1)),
        new Failover(true, Duration.ofSeconds(5), 0, 50));
  }

  FailoverPolicy policy() {
    return new FailoverPolicy(
        failover.failoverEnabled(),
        failover.downAfter(),
        probes.probeInterval(),
        failover.failoverQuorum(),
        failover.failoverFreezePercent());
  }

  private static void check(
      String key, Duration value, Duration min, Duration max, String allowed) {
    if (value.compareTo(min) < 0 || value.compareTo(max) > 0) {
      throw ConfigException.invalid(key, value, allowed);
    }
  }
}
