package io.vodis.topom.sweep;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.topom.sweep.KeyPage.MovingKey;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

class KnownKeysTest {

  @Test
  void givesEachNameOnceByDatabase() {
    // Given
    KnownKeys known = new KnownKeys(List.of(7, 8), 1000);
    add(known, 0, 7, "a");
    add(known, 3, 7, "b");
    add(known, 0, 7, "a");
    add(known, 0, 7, "");
    add(known, 0, 8, "c");

    // Then
    assertThat(names(known, 7, 0)).containsExactlyInAnyOrder("a", "");
    assertThat(names(known, 7, 3)).containsExactly("b");
    assertThat(names(known, 8, 3)).isEmpty();
    assertThat(known.wave(List.of(7, 8)).byDatabase().keySet()).containsExactlyInAnyOrder(0, 3);
  }

  @Test
  void letsTheLastSlotsGoWhenItsMemoryIsUsedUp() {
    // Given
    KnownKeys known = new KnownKeys(List.of(5, 4, 3), 100);

    // When
    for (int i = 0; i < 5; i++) {
      for (int slotId : new int[] {3, 4, 5}) {
        add(known, 0, slotId, "12345678" + i + slotId);
      }
    }

    // Then
    assertThat(known.covers(5)).isTrue();
    assertThat(known.covers(3)).isFalse();
    assertThat(names(known, 5, 0)).hasSize(5);
    assertThat(known.size() * 14).isLessThanOrEqualTo(100);
  }

  @Test
  void keepsTheFirstSlotThoughItDoesNotFit() {
    // Given
    KnownKeys known = new KnownKeys(List.of(1, 2), 100);

    // When
    IntStream.range(0, 100).forEach(i -> add(known, 0, 1, "key" + i));

    // Then
    assertThat(known.covers(1)).isTrue();
    assertThat(known.covers(2)).isFalse();
    assertThat(names(known, 1, 0)).isNotEmpty().hasSizeLessThan(15);
  }

  @Test
  void hasRoomAgainForWhatIsForgotten() {
    // Given
    KnownKeys known = new KnownKeys(List.of(1, 2), 30);
    add(known, 0, 1, "0123456789");
    add(known, 0, 2, "0123456789");

    // When
    known.forget(1);
    add(known, 0, 2, "abcdefghij");

    // Then
    assertThat(known.covers(1)).isFalse();
    assertThat(names(known, 2, 0)).containsExactlyInAnyOrder("0123456789", "abcdefghij");
    assertThat(known.size()).isEqualTo(2);
  }

  private static void add(KnownKeys known, int database, int slotId, String name) {
    known.add(database, new MovingKey(slotId, name.getBytes(UTF_8)));
  }

  private static List<String> names(KnownKeys known, int slotId, int database) {
    return known.wave(List.of(slotId)).byDatabase().getOrDefault(database, List.of()).stream()
        .map(key -> new String(key.name(), UTF_8))
        .toList();
  }
}
