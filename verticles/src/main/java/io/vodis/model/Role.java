package io.vodis.model;

import java.util.Locale;

/** The four kinds of member a product has. */
public enum Role {
  PROXY,
  TOPOM,
  HA,
  METRICS;

  /** Lower-case name, as used in addresses, paths and output. */
  public String id() {
    return name().toLowerCase(Locale.ROOT);
  }
}
