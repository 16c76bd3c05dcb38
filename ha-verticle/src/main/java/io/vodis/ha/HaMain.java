package io.vodis.ha;

import io.vodis.lifecycle.RoleMain;
import io.vodis.model.Role;

/** The main class of {@code vodis-ha.jar}. */
public final class HaMain {

  private HaMain() {}

  public static void main(String[] args) {
    RoleMain.run(args, Role.HA, HaConfig.class, HaConfig.defaults(), HaRole::start);
  }
}
