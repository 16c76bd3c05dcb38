package io.vodis.ha.judge;

import java.util.List;
import java.util.Locale;

/** What is to be thought of a group's primary. Only {@link Down} leads to an action. */
public sealed interface FailoverVerdict {

  /**
   * The primary answers, or has not been silent for down_after.
   *
   * @param note what is worth knowing all the same, for example that it is loading; may be empty
   */
  record Healthy(String note) implements FailoverVerdict {}

  /** This member suspects the primary; too few others do, or they have not been asked yet. */
  record Suspected(Evidence evidence) implements FailoverVerdict {}

  /** The primary is suspected, but something is wrong that a failover would make worse. */
  record Frozen(String reason, Evidence evidence) implements FailoverVerdict {}

  /** The primary is down, and no replica can take over. */
  record NoCandidate(List<String> reasons, Evidence evidence) implements FailoverVerdict {
    public NoCandidate {
      reasons = List.copyOf(reasons);
    }
  }

  /** The primary is down by quorum: the leader is to replace it. */
  record Down(Evidence evidence) implements FailoverVerdict {}

  /** Name for logs, pages and metrics. */
  default String id() {
    return switch (this) {
      case NoCandidate none -> "no_candidate";
      default -> getClass().getSimpleName().toLowerCase(Locale.ROOT);
    };
  }

  /** One line for people. */
  default String text() {
    return switch (this) {
      case Healthy healthy -> healthy.note();
      case Suspected suspected -> suspected.evidence().toString();
      case Frozen frozen -> frozen.reason() + "; " + frozen.evidence();
      case NoCandidate none -> String.join(", ", none.reasons()) + "; " + none.evidence();
      case Down down -> down.evidence().toString();
    };
  }
}
