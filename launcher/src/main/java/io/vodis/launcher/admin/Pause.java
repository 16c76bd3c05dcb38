package io.vodis.launcher.admin;

import java.time.Duration;

/** Waiting between two looks at topom. */
final class Pause {

  private Pause() {}

  static void of(Duration duration) {
    try {
      Thread.sleep(duration);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new AdminFailure(AdminFailure.Kind.UNREACHABLE, "interrupted", e);
    }
  }
}
