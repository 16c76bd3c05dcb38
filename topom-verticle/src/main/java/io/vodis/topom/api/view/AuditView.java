package io.vodis.topom.api.view;

import java.util.List;

/** Who has changed what, newest first. */
public record AuditView(List<Entry> entries) {

  public record Entry(
      long epoch,
      String at,
      String actor,
      String origin,
      String action,
      String plan,
      String result) {}
}
