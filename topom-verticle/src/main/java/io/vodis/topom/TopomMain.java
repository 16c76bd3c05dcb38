package io.vodis.topom;

import io.vodis.lifecycle.RoleMain;
import io.vodis.model.Role;

/** The main class of {@code vodis-topom.jar}. */
public final class TopomMain {

  private TopomMain() {}

  public static void main(String[] args) {
    RoleMain.run(args, Role.TOPOM, TopomConfig.class, TopomConfig.defaults(), TopomRole::start);
  }
}
