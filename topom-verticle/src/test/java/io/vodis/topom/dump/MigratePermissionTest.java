package io.vodis.topom.dump;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

class MigratePermissionTest {

  @Test
  void knowsTheVersionsWhoseMigrateConfusesExpiries() {
    for (String version : List.of("3.0.7", "3.2.0", "3.2.5", "3.2.6")) {
      assertThat(MigratePermission.confusesExpiries(version)).as(version).isTrue();
    }
    for (String version :
        List.of("3.2.7", "3.2.11", "4.0.0", "7.0.15", "255.255.255", "1000.0.0", "", "mine")) {
      assertThat(MigratePermission.confusesExpiries(version)).as(version).isFalse();
    }
  }

  @Test
  void knowsTheWordsOfAServerThatForbidsIt() {
    assertThat(MigratePermission.forbids("ERR unknown command 'MIGRATE'")).isTrue();
    assertThat(MigratePermission.forbids("ERR syntax error")).isTrue();
    assertThat(MigratePermission.forbids("NOPERM this user has no permissions")).isTrue();
    assertThat(MigratePermission.forbids("LOADING Redis is loading the dataset in memory"))
        .isFalse();
  }
}
