package io.vodis.topom.census;

import java.util.List;

/** What was found on the servers, and what was done about it. */
public record FsckReport(Census census, List<Fsck.Finding> findings) {
  public FsckReport {
    findings = List.copyOf(findings);
  }
}
