package io.vodis.metrics.collect;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.bus.MetricsReport;
import io.vodis.metric.LatencyBuckets;
import io.vodis.metric.Sample;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ReportBookTest {

  private final ReportBook book = new ReportBook();
  private long nowNanos;

  @Test
  void keepsTheLatestReportAndDropsOlderOnes() {
    // Given
    book.accept(report("t1", "a", 2, counter(20), gauge(2)), nowNanos);

    // When
    book.accept(report("t1", "a", 1, counter(10), gauge(1)), nowNanos);

    // Then
    assertThat(counterSum()).isEqualTo(20);
    assertThat(gauges()).containsExactly(2.0);
  }

  @Test
  void aRestartedMemberGoesOnCountingWhereItStood() {
    // Given
    book.accept(report("t1", "a", 7, counter(100), histogram(5, 50)), nowNanos);

    // When
    book.accept(report("t1", "b", 1, counter(3), histogram(1, 2)), nowNanos);

    // Then
    assertThat(counterSum()).isEqualTo(103);
    assertThat(histogramSum()).isEqualTo(52);
    assertThat(ofKind(Sample.Histogram.class)).hasSize(1);
  }

  @Test
  void aSilentMemberLosesItsGaugesAndKeepsItsCounters() {
    // Given
    book.update(directory(List.of("t1"), List.of("a")), nowNanos);
    book.accept(report("t1", "a", 1, counter(5), gauge(9)), nowNanos);
    advance(10);
    assertThat(gauges()).containsExactly(9.0);

    // When
    advance(1);

    // Then
    assertThat(gauges()).isEmpty();
    assertThat(counterSum()).isEqualTo(5);
    assertThat(up()).containsExactly(0.0);
  }

  @Test
  void aMemberWhoseNodeIsGoneLosesItsGaugesWithoutWaiting() {
    // Given
    book.accept(report("t1", "a", 1, counter(5), gauge(9)), nowNanos);

    // When
    book.update(directory(List.of("t1"), List.of()), nowNanos);
    advance(4);

    // Then
    assertThat(gauges()).isEmpty();
    assertThat(counterSum()).isEqualTo(5);
  }

  @Test
  void aMemberThatTheStoreDoesNotKnowYetIsShownUnderItsToken() {
    // Given
    book.update(directory(List.of(), List.of()), nowNanos);

    // When
    book.accept(report("t9", "z", 1, counter(5), gauge(9)), nowNanos);

    // Then
    assertThat(gauges()).containsExactly(9.0);
    assertThat(book.figures(nowNanos)).extracting(Figure::member).containsOnly("t9");
  }

  @Test
  void aMemberThatWasTakenForDeadAndReportsAgainIsNotCountedTwice() {
    // Given
    book.accept(report("t1", "a", 1, counter(5)), nowNanos);
    advance(60);
    assertThat(counterSum()).isEqualTo(5);

    // When
    book.accept(report("t1", "a", 2, counter(6)), nowNanos);

    // Then
    assertThat(counterSum()).isEqualTo(6);
  }

  @Test
  void aForgottenMemberGoesOnceItIsSilent() {
    // Given
    book.accept(report("t1", "a", 1, counter(5)), nowNanos);
    book.accept(report("t2", "b", 1, counter(7)), nowNanos);

    // When
    advance(11);
    book.update(directory(List.of("t2"), List.of()), nowNanos);

    // Then
    assertThat(counterSum()).isEqualTo(7);
  }

  @Test
  void twoMembersAtOneAddressStayTwo() {
    // Given
    book.update(
        Directory.of(List.of(member("t1", "a", 1), member("t2", "b", 1)), List.of()), nowNanos);

    // When
    book.accept(report("t1", "a", 1, counter(5)), nowNanos);
    book.accept(report("t2", "b", 1, counter(7)), nowNanos);

    // Then
    assertThat(ofKind(Sample.Counter.class)).extracting(Figure::member).doesNotHaveDuplicates();
  }

  @Test
  void whatCannotBeShownIsLeftOut() {
    // When
    book.accept(
        report(
            "t1",
            "a",
            1,
            new Sample.Counter("bad name", Map.of(), 1),
            new Sample.Counter("fine_total", Map.of("member", "x"), 1),
            new Sample.Histogram("x_seconds", Map.of(), List.of(1L), 1),
            counter(5)),
        nowNanos);

    // Then
    assertThat(counterSum()).isEqualTo(5);
    assertThat(ofKind(Sample.Histogram.class)).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void sumsOfCountersNeverGoBackwardsWhateverDiesRestartsOrArrivesLate(long seed) {
    // Given three members that count, die and come back, and a bus that repeats and reorders
    Random random = new Random(seed);
    long[] counts = new long[3];
    int[] lives = new int[3];
    long[] sequences = new long[3];
    List<MetricsReport> late = new ArrayList<>();
    double highest = 0;
    double truth = 0;

    for (int step = 0; step < 2000; step++) {
      // When
      int index = random.nextInt(3);
      if (random.nextInt(40) == 0) {
        lives[index]++;
        counts[index] = 0;
        sequences[index] = 0;
      }
      int grown = random.nextInt(10);
      counts[index] += grown;
      truth += grown;
      sequences[index]++;
      MetricsReport report =
          report(
              "t" + index,
              "t" + index + "-" + lives[index],
              sequences[index],
              counter(counts[index]));
      book.accept(report, nowNanos);
      late.add(report);
      if (random.nextInt(3) == 0) {
        book.accept(late.get(random.nextInt(late.size())), nowNanos);
      }
      advance(random.nextInt(3));
      book.update(directory(List.of("t0", "t1", "t2"), List.of()), nowNanos);

      // Then
      double sum = counterSum();
      assertThat(sum).as("seed %d step %d", seed, step).isGreaterThanOrEqualTo(highest);
      highest = sum;
    }
    assertThat(highest).as("seed %d", seed).isEqualTo(truth);
  }

  private void advance(int seconds) {
    nowNanos += Duration.ofSeconds(seconds).toNanos();
  }

  private double counterSum() {
    return ofKind(Sample.Counter.class).stream()
        .mapToDouble(figure -> ((Sample.Counter) figure.sample()).value())
        .sum();
  }

  private double histogramSum() {
    return ofKind(Sample.Histogram.class).stream()
        .mapToDouble(figure -> ((Sample.Histogram) figure.sample()).sumSeconds())
        .sum();
  }

  private List<Double> gauges() {
    return named("test_gauge");
  }

  private List<Double> up() {
    return named("member_up");
  }

  private List<Double> named(String name) {
    return ofKind(Sample.Gauge.class).stream()
        .filter(figure -> figure.sample().name().equals(name))
        .map(figure -> ((Sample.Gauge) figure.sample()).value())
        .toList();
  }

  private List<Figure> ofKind(Class<? extends Sample> kind) {
    return book.figures(nowNanos).stream()
        .filter(figure -> kind.isInstance(figure.sample()))
        .toList();
  }

  private static MetricsReport report(
      String token, String incarnation, long sequence, Sample... samples) {
    return new MetricsReport(Role.PROXY, token, incarnation, sequence, List.of(samples));
  }

  private static Sample counter(double value) {
    return new Sample.Counter("test_total", Map.of("command", "GET"), value);
  }

  private static Sample gauge(double value) {
    return new Sample.Gauge("test_gauge", Map.of(), value);
  }

  private static Sample histogram(long count, double sum) {
    List<Long> counts = new ArrayList<>(Collections.nCopies(LatencyBuckets.COUNT, 0L));
    counts.set(3, count);
    return new Sample.Histogram("test_seconds", Map.of(), counts, sum);
  }

  private static Directory directory(List<String> tokens, List<String> incarnations) {
    List<Member> listed = new ArrayList<>();
    List<Member> live = new ArrayList<>();
    for (int i = 0; i < tokens.size(); i++) {
      listed.add(member(tokens.get(i), "-", i + 1));
    }
    for (int i = 0; i < incarnations.size(); i++) {
      live.add(member(tokens.get(i), incarnations.get(i), i + 1));
    }
    return Directory.of(listed, live);
  }

  private static Member member(String token, String incarnation, int port) {
    HostAndPort address = new HostAndPort("10.0.0.1", port);
    return new Member(Role.PROXY, token, incarnation, address, address, "", 1, "");
  }
}
