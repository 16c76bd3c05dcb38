package io.vodis.topom.sweep;

import static io.vodis.model.MigrationMethod.MIGRATE;
import static io.vodis.model.MigrationMethod.REVOCABLE_MIGRATE;
import static io.vodis.model.MigrationMethod.SEMI_ASYNC;
import static io.vodis.model.MigrationMethod.SYNC;
import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.MigrationMethod;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/** Only what both servers know is used. */
class MethodChoiceTest {

  @ParameterizedTest
  @EnumSource(names = {"SYNC", "SEMI_ASYNC"})
  void betweenCodisServersTheMethodThatIsWanted(MigrationMethod wanted) {
    Set<String> all = new HashSet<>(MethodChoice.SYNC);
    all.addAll(MethodChoice.SEMI_ASYNC);

    assertThat(MethodChoice.choose(all, wanted)).isEqualTo(wanted);
  }

  @Test
  void anOlderCodisServerMovesItsKeysAtOnce() {
    assertThat(MethodChoice.choose(Set.copyOf(MethodChoice.SYNC), SEMI_ASYNC)).isEqualTo(SYNC);
  }

  @Test
  void oneThatIsNoCodisServerMakesItAMatterOfMigrate() {
    assertThat(MethodChoice.choose(Set.of(), SEMI_ASYNC)).isEqualTo(MIGRATE);
    assertThat(MethodChoice.choose(Set.copyOf(MethodChoice.SEMI_ASYNC), SEMI_ASYNC))
        .isEqualTo(MIGRATE);
    assertThat(MethodChoice.choose(Set.of("SLOTSINFO"), SYNC)).isEqualTo(MIGRATE);
  }

  @Test
  void whereBothKnowUsersEachHasItsOwn() {
    assertThat(MethodChoice.choose(Set.of(MethodChoice.USERS), SYNC)).isEqualTo(REVOCABLE_MIGRATE);
  }
}
