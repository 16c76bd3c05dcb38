package io.vodis.proxy.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.PinnedKey;
import io.vodis.model.PinnedKey.Phase;
import io.vodis.proxy.migrate.PinnedSet.Place;
import java.util.List;
import org.junit.jupiter.api.Test;

class PinnedSetTest {

  private static final Key SERVED = key(0, 's');
  private static final Key COPYING = key(0, 'c');
  private static final Key FENCED = key(0, 'f');
  private static final Key FREE = key(0, 'x');
  private static final PinnedSet SET =
      PinnedSet.of(
          List.of(
              PinnedKey.served(0, new byte[] {'s'}),
              PinnedKey.served(0, new byte[] {'c'}).in(Phase.COPYING),
              PinnedKey.served(0, new byte[] {'f'}).in(Phase.FENCED)));

  private static Key key(int database, char name) {
    return new Key(database, new byte[] {(byte) name});
  }

  private static Place reads(Key... keys) {
    return SET.place(List.of(keys), true);
  }

  private static Place writes(Key... keys) {
    return SET.place(List.of(keys), false);
  }

  @Test
  void aRequestRunsWhereAllItsKeysMayBeUsed() {
    assertThat(reads(FREE)).isEqualTo(Place.TARGET);
    assertThat(writes(FREE)).isEqualTo(Place.TARGET);
    assertThat(writes()).isEqualTo(Place.TARGET);
    assertThat(reads(SERVED)).isEqualTo(Place.SOURCE);
    assertThat(writes(SERVED)).isEqualTo(Place.SOURCE);
    assertThat(reads(COPYING)).isEqualTo(Place.SOURCE);
    assertThat(writes(COPYING)).isEqualTo(Place.NOWHERE);
    assertThat(reads(FENCED)).isEqualTo(Place.NOWHERE);
    assertThat(writes(FENCED)).isEqualTo(Place.NOWHERE);
    assertThat(reads(SERVED, COPYING)).isEqualTo(Place.SOURCE);
    assertThat(writes(SERVED, COPYING)).isEqualTo(Place.NOWHERE);
    assertThat(reads(SERVED, FENCED)).isEqualTo(Place.NOWHERE);
  }

  @Test
  void keysOnBothServersAreUsedTogetherNowhere() {
    assertThat(reads(SERVED, FREE)).isEqualTo(Place.NOWHERE);
    assertThat(writes(FREE, COPYING)).isEqualTo(Place.NOWHERE);
  }

  @Test
  void aKeyIsPinnedInItsDatabaseOnly() {
    assertThat(SET.contains(SERVED)).isTrue();
    assertThat(SET.contains(key(1, 's'))).isFalse();
    assertThat(writes(key(1, 'f'))).isEqualTo(Place.TARGET);
  }

  @Test
  void withoutPinnedKeysEverythingRunsOnTheTarget() {
    assertThat(PinnedSet.of(List.of())).isSameAs(PinnedSet.NONE);
    assertThat(PinnedSet.NONE.place(List.of(SERVED), false)).isEqualTo(Place.TARGET);
  }
}
