package io.vodis.metrics;

import io.vodis.lifecycle.RoleMain;
import io.vodis.model.Role;

/** The main class of {@code vodis-metrics.jar}. */
public final class MetricsMain {

  private MetricsMain() {}

  public static void main(String[] args) {
    RoleMain.run(
        args, Role.METRICS, MetricsConfig.class, MetricsConfig.defaults(), MetricsRole::start);
  }
}
