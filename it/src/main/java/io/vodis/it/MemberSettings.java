package io.vodis.it;

import io.vodis.model.HostAndPort;
import io.vodis.model.Role;
import java.util.HashMap;
import java.util.Map;

/**
 * How one member is started.
 *
 * @param keys what differs from the defaults
 */
record MemberSettings(HostAndPort address, HostAndPort adminAddress, Map<String, String> keys) {

  MemberSettings {
    keys = Map.copyOf(keys);
  }

  /** Settings of a member that listens where it is told. */
  static MemberSettings of(
      Role role, HostAndPort address, HostAndPort adminAddress, Map<String, String> common) {
    Map<String, String> keys = new HashMap<>(common);
    keys.put("admin_addr", adminAddress.toString());
    if (role == Role.PROXY) {
      keys.put("proxy_addr", address.toString());
    }
    return new MemberSettings(address, adminAddress, keys);
  }
}
