package io.vodis.topom.promote;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.redis.ServerStatus;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class PrimaryDataTest {

  private static final HostAndPort PRIMARY = new HostAndPort("Primary", 1);
  private static final HostAndPort REPLICA = new HostAndPort("replica", 1);
  private static final HostAndPort OTHER = new HostAndPort("other", 1);
  private static final HostAndPort AS_TOLD = new HostAndPort("primary", 1);
  private static final PrimaryData UNKNOWN = PrimaryData.unknown(PRIMARY);

  private static ServerStatus primary(HostAndPort server, String id, String former) {
    return status(server, null, true, false, id, former);
  }

  private static ServerStatus linked(HostAndPort upstream, String id) {
    return status(REPLICA, upstream, true, true, id, "");
  }

  /** Its link is down, and was up once. */
  private static ServerStatus cut(HostAndPort upstream, String id) {
    return status(REPLICA, upstream, false, true, id, "");
  }

  /** Its link has never been up. */
  private static ServerStatus never(HostAndPort upstream, String id) {
    return status(REPLICA, upstream, false, false, id, "");
  }

  @Test
  void aReplicaWhoseLinkIsUpHasTheData() {
    assertThat(UNKNOWN.isHadBy(linked(AS_TOLD, "a"))).isTrue();
    assertThat(seen(primary(PRIMARY, "a", "")).isHadBy(linked(AS_TOLD, "b"))).isTrue();
    assertThat(seen(primary(PRIMARY, "a", "")).isHadBy(linked(OTHER, "b"))).isFalse();
  }

  @Test
  void aReplicaThatWasPointedToThePrimaryAndNeverSynchronisedHasNot() {
    // Given
    PrimaryData data = seen(primary(PRIMARY, "new", "old"), cut(AS_TOLD, "old"));

    // Then
    assertThat(data.isHadBy(cut(AS_TOLD, "old"))).isFalse();
    assertThat(data.isHadBy(cut(AS_TOLD, "new"))).isTrue();
  }

  @Test
  void anOldPrimaryThatWasMadeAReplicaAndNeverSynchronisedHasNot() {
    assertThat(seen(primary(PRIMARY, "new", "old")).isHadBy(never(AS_TOLD, "old"))).isFalse();
    assertThat(UNKNOWN.isHadBy(never(AS_TOLD, "old"))).isFalse();
  }

  @Test
  void aReplicaThatStillFollowsThePrimaryBeforeHasNot() {
    assertThat(seen(primary(PRIMARY, "new", "old")).isHadBy(linked(OTHER, "old"))).isFalse();
    assertThat(UNKNOWN.isHadBy(cut(OTHER, "old"))).isFalse();
  }

  @Test
  void ofAPrimaryThatWasNeverSeenAReplicaIsBelieved() {
    assertThat(UNKNOWN.isHadBy(cut(AS_TOLD, "a"))).isTrue();
    assertThat(UNKNOWN.isHadBy(primary(REPLICA, "b", "a"))).isFalse();
  }

  @Test
  void ofAPrimaryThatDiedBeforeItWasSeenItsReplicasHaveTakenANewId() {
    // Given
    PrimaryData data = PrimaryData.succeeding(PRIMARY, Map.of(REPLICA, "old"));

    // Then
    assertThat(data.isHadBy(cut(AS_TOLD, "old"))).isFalse();
    assertThat(data.isHadBy(cut(AS_TOLD, "new"))).isTrue();
  }

  @Test
  void aReplicaThatIsStartedAnewHasTheDataOfTheIdThatItHasKept() {
    assertThat(seen(primary(PRIMARY, "a", "")).isHadBy(never(AS_TOLD, "a"))).isTrue();
    assertThat(seen(primary(PRIMARY, "a", "")).isHadBy(never(AS_TOLD, "b"))).isFalse();
  }

  @Test
  void whatAReplicaOfItHadIsItsDataToo() {
    // Given: it has taken a new id since, for which the replica's word is enough.
    PrimaryData data = seen(primary(PRIMARY, "a", "")).after(List.of(linked(AS_TOLD, "b")));

    // Then
    assertThat(data.ids()).containsExactly("a", "b");
    assertThat(data.isHadBy(cut(AS_TOLD, "b"))).isTrue();
  }

  @Test
  void anIdThatIsNewSinceThePrimaryAnsweredIsItsOwn() {
    // Given
    PrimaryData data = seen(primary(PRIMARY, "a", ""), never(AS_TOLD, "mine"));
    PrimaryData later = data.after(List.of(cut(AS_TOLD, "b")));

    // Then: a look at which the primary did not answer changes nothing.
    assertThat(later.isHadBy(cut(AS_TOLD, "b"))).isTrue();
    assertThat(later.isHadBy(cut(AS_TOLD, "mine"))).isFalse();
  }

  @Test
  void whatItHadBeforeItWasStartedAnewIsItsDataToo() {
    PrimaryData data = seen(primary(PRIMARY, "a", "")).after(List.of(primary(PRIMARY, "b", "")));
    assertThat(data.isHadBy(cut(AS_TOLD, "a"))).isTrue();
  }

  @Test
  void aServerThatWasPromotedFromTheDataHasThem() {
    PrimaryData data = seen(primary(PRIMARY, "a", ""));
    assertThat(data.isHadBy(primary(REPLICA, "b", "a"))).isTrue();
    assertThat(data.isHadBy(primary(REPLICA, "b", ""))).isFalse();
  }

  @Test
  void remembersABoundedNumberOfIds() {
    PrimaryData data =
        IntStream.range(0, 100)
            .boxed()
            .reduce(
                UNKNOWN,
                (sofar, i) -> sofar.after(List.of(primary(PRIMARY, "id" + i, ""))),
                (a, b) -> b);
    assertThat(data.ids()).hasSize(16).contains("id99").doesNotContain("id83");
  }

  @Test
  void serversThatTellNoIdAreBelieved() {
    // Given: Redis 3.2.
    PrimaryData data = seen(primary(PRIMARY, "", ""), linked(AS_TOLD, ""));

    // Then
    assertThat(data.ids()).isEmpty();
    assertThat(data.isHadBy(cut(AS_TOLD, ""))).isTrue();
    assertThat(data.isHadBy(never(AS_TOLD, ""))).isFalse();
  }

  private static PrimaryData seen(ServerStatus... answers) {
    return UNKNOWN.after(List.of(answers));
  }

  private static ServerStatus status(
      HostAndPort server,
      @Nullable HostAndPort upstream,
      boolean linkUp,
      boolean linked,
      String id,
      String former) {
    return new ServerStatus(
        server,
        "7.0.0",
        "run",
        upstream == null,
        100,
        upstream,
        linkUp,
        linkUp ? 0 : 9,
        true,
        linked,
        id,
        former,
        100,
        0,
        0,
        0,
        false,
        0,
        Map.of());
  }
}
