package io.vodis.proxy;

import io.vodis.lifecycle.RoleMain;
import io.vodis.model.Role;

/** The main class of {@code vodis-proxy.jar}. */
public final class ProxyMain {

  private ProxyMain() {}

  public static void main(String[] args) {
    RoleMain.run(args, Role.PROXY, ProxyConfig.class, ProxyConfig.defaults(), ProxyRole::start);
  }
}
