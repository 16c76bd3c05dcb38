package io.vodis.launcher.admin;

import io.vodis.topom.api.view.ActionsView;
import java.time.Duration;
import java.util.Objects;
import java.util.StringJoiner;

/** Shows the progress of all slot actions until there are none. */
final class ActionsWatch {

  private static final Duration INTERVAL = Duration.ofMillis(500);

  /** A new leader is there long before. */
  private static final Duration SILENCE_MAX = Duration.ofSeconds(60);

  private final AdminClient client;
  private final Screen screen;

  ActionsWatch(AdminClient client, Screen screen) {
    this.client = client;
    this.screen = screen;
  }

  /** Goes on over a change of leaders; fails if topom does not answer for a minute. */
  void untilDone() {
    long start = System.nanoTime();
    long lastAnswer = start;
    int most = 0;
    while (true) {
      try {
        Reply<ActionsView> reply = client.get("/actions", ActionsView.class);
        lastAnswer = System.nanoTime();
        int left = reply.view().actions().size();
        most = Math.max(most, left);
        if (left == 0) {
          done(reply, most, start);
          return;
        }
        screen.progress(describe(reply.view(), most));
      } catch (AdminFailure failure) {
        if (System.nanoTime() - lastAnswer > SILENCE_MAX.toNanos()) {
          throw failure;
        }
        screen.progress("waiting for topom: " + failure.getMessage());
      }
      Pause.of(INTERVAL);
    }
  }

  private void done(Reply<ActionsView> reply, int most, long start) {
    long millis = Duration.ofNanos(System.nanoTime() - start).toMillis();
    screen.show(
        reply,
        view ->
            most == 0
                ? "no actions"
                : Texts.count(most, "action") + " ended in " + Texts.duration(millis));
  }

  private static String describe(ActionsView view, int most) {
    StringJoiner text = new StringJoiner(", ");
    text.add((most - view.actions().size()) + " of " + Texts.count(most, "slot") + " done");
    text.add(view.counts().running() + " moving");
    long keys = view.actions().stream().mapToLong(ActionsView.Action::movedKeys).sum();
    if (keys > 0) {
      text.add("their keys moved so far: " + keys);
    }
    if (view.keysPerSecond() != null) {
      text.add(Math.round(view.keysPerSecond()) + " keys/s");
    }
    if (view.etaMillis() != null) {
      text.add("these done in about " + Texts.duration(view.etaMillis()));
    }
    view.actions().stream()
        .filter(action -> !action.state().equals("pending"))
        .map(ActionsView.Action::waitingFor)
        .filter(Objects::nonNull)
        .findFirst()
        .ifPresent(reason -> text.add("waiting for " + reason));
    return text.toString();
  }
}
