package io.vodis.proxy.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.proxy.process.Servers;
import io.vodis.redis.Reply;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class LatencyEventsTest {

  private static Reply items(Reply... items) {
    return new Reply.Items(Arrays.asList(items));
  }

  private static Reply text(String text) {
    return new Reply.Text(text.getBytes(StandardCharsets.UTF_8));
  }

  private static Reply numbers(long... values) {
    return new Reply.Items(Arrays.stream(values).<Reply>mapToObj(Reply.Number::new).toList());
  }

  private static Reply event(String name, long time, long latest, long worst) {
    return items(
        text(name), new Reply.Number(time), new Reply.Number(latest), new Reply.Number(worst));
  }

  private static List<Servers.Answer> answers(Reply... replies) {
    return Arrays.stream(replies)
        .map(reply -> new Servers.Answer(new HostAndPort("h", 1), List.of(reply), ""))
        .toList();
  }

  @Test
  void ofTheSameEventTheLatestIsShownAndTheWorstOfAll() {
    assertThat(
            LatencyEvents.latest(
                answers(
                    items(event("command", 100, 7, 90), event("fork", 50, 1, 1)),
                    items(event("command", 120, 5, 30)))))
        .isEqualTo(Map.of("command", List.of(120L, 5L, 90L), "fork", List.of(50L, 1L, 1L)));
  }

  @Test
  void samplesOfAllServersAreInTheOrderOfTheirTimes() {
    assertThat(
            LatencyEvents.history(
                answers(items(numbers(10, 1), numbers(30, 3)), items(numbers(20, 2)))))
        .isEqualTo(List.of(List.of(10L, 1L), List.of(20L, 2L), List.of(30L, 3L)));
  }

  @Test
  void whoDoesNotAnswerIsLeftOut() {
    Servers.Answer silent =
        new Servers.Answer(new HostAndPort("h", 2), List.of(), "did not answer");
    assertThat(LatencyEvents.sum(List.of(silent))).isZero();
    assertThat(LatencyEvents.latest(List.of(silent))).isEmpty();
    assertThat(LatencyEvents.texts(List.of(silent))).isEmpty();
  }
}
