package io.vodis.proxy.migrate;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.model.HostAndPort;
import io.vodis.model.MigrationMethod;
import io.vodis.proxy.migrate.PullDialect.Outcome;
import io.vodis.redis.ServerAccess;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is asked of the source by each method, and what its answers mean. */
class PullDialectTest {

  private static final List<byte[]> KEYS = List.of(ServerCall.bytes("a"), ServerCall.bytes("b"));

  @Test
  void severalKeysGoWithOneMigrate() {
    assertThat(asked(MigrationMethod.MIGRATE, false))
        .containsExactly("MIGRATE t 7  3 500 AUTH secret KEYS a b");
  }

  @Test
  void aSourceSignsInAsTheUserThatIsItsAlone() {
    assertThat(asked(MigrationMethod.REVOCABLE_MIGRATE, false))
        .containsExactly("MIGRATE t 7  3 500 AUTH2 vodis-move:s:6 secret KEYS a b");
    assertThat(dialect(MigrationMethod.REVOCABLE_MIGRATE, false).overwrites()).isFalse();
  }

  @Test
  void codisServersAreAskedForWholeFamiliesUnlessOthersOfTheTagMayBeOnTheTarget() {
    assertThat(asked(MigrationMethod.SYNC, false))
        .containsExactly("SLOTSMGRTTAGONE t 7 500 a", "SLOTSMGRTTAGONE t 7 500 b");
    assertThat(asked(MigrationMethod.SYNC, true))
        .containsExactly("SLOTSMGRTONE t 7 500 a", "SLOTSMGRTONE t 7 500 b");
    assertThat(asked(MigrationMethod.SEMI_ASYNC, false))
        .containsExactly("SLOTSMGRTTAGONE-ASYNC t 7 500 0 0 a b");
  }

  @Test
  void whatReplacesNeedsALookAtTheTargetFirstWhereItsCopyMayCount() {
    assertThat(dialect(MigrationMethod.MIGRATE, true).looksFirst()).isFalse();
    assertThat(dialect(MigrationMethod.SYNC, true).looksFirst()).isTrue();
    assertThat(dialect(MigrationMethod.SYNC, false).looksFirst()).isTrue();
    assertThat(dialect(MigrationMethod.SEMI_ASYNC, false).looksFirst()).isFalse();
    assertThat(dialect(MigrationMethod.SYNC, false).mayCountOnTarget(0)).isFalse();
    assertThat(dialect(MigrationMethod.SYNC, false).mayCountOnTarget(17)).isTrue();
    assertThat(dialect(MigrationMethod.SYNC, true).mayCountOnTarget(0)).isTrue();
  }

  @ParameterizedTest
  @CsvSource({
    "MIGRATE, +OK, MOVED",
    "MIGRATE, +NOKEY, MOVED",
    "MIGRATE, -BUSYKEY Target key name already exists., LEFTOVER",
    "MIGRATE, -IOERR error or timeout reading to target instance, FAILED",
    "MIGRATE, -NOPERM this user has no permissions, REFUSED",
    "REVOCABLE_MIGRATE, +OK, MOVED",
    "REVOCABLE_MIGRATE, -ERR Target instance replied with error: NOPERM no permissions, REFUSED",
    "SYNC, :0, MOVED",
    "SYNC, :17, MOVED",
    "SYNC, -IOERR error or timeout writing to target, FAILED",
    "SYNC, '-ERR error on slotsrestore, migration failed', FAILED",
    "SYNC, -ERR Can't connect to target node: refused, REFUSED",
    "SEMI_ASYNC, :2, MOVED",
    "SEMI_ASYNC, -ERR the specified DB is being migrated, BUSY",
    "SEMI_ASYNC, -ERR previous operation has not finished, BUSY",
    "SEMI_ASYNC, -ERR interrupted: connection closed, FAILED",
    "SEMI_ASYNC, -ERR create client to t:7 failed, FAILED"
  })
  void anAnswerSaysWhatHasBecomeOfTheKeys(MigrationMethod method, String answer, Outcome outcome) {
    assertThat(dialect(method, false).outcome(answer + "\r\n")).isEqualTo(outcome);
  }

  @ParameterizedTest
  @CsvSource({
    "'*2\r\n:0\r\n-ERR the specified key doesn''t exist\r\n', 0, 8",
    "'*2\r\n:1\r\n-ERR the specified key is being migrated\r\n', 1, 8",
    "'*2\r\n:2\r\n$1\r\nx\r\n', 2, 8",
    "'*2\r\n:-1\r\n-ERR invalid command specified (x)\r\n', -1, 9",
    "'-ERR unknown command\r\n', -1, 0",
    "'*2\r\n:234\r\n', -1, 0"
  })
  void aWrappersCodeIsRead(String reply, int code, int offset) {
    assertThat(WrapperReply.of(reply)).isEqualTo(new WrapperReply(code, offset));
  }

  private static List<String> asked(MigrationMethod method, boolean alone) {
    return dialect(method, false).moves(KEYS, alone).stream()
        .map(
            words ->
                String.join(
                    " ", words.stream().map(w -> new String(w, StandardCharsets.UTF_8)).toList()))
        .toList();
  }

  private static PullDialect dialect(MigrationMethod method, boolean returning) {
    PullWay way =
        new PullWay(new HostAndPort("s", 6), new HostAndPort("t", 7), returning, 3, method);
    return new PullDialect(way, ServerAccess.withPassword("secret"), 500);
  }
}
