package io.vodis.store;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.lifecycle.MemberIdentity;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import java.util.Collections;
import org.junit.jupiter.api.Test;

class WitnessesTest {

  private static final HostAndPort ADDRESS = new HostAndPort("h", 1);

  private static Witnesses of(int members) {
    Member member = MemberIdentity.starting(Role.PROXY, "p", ADDRESS, ADDRESS, "");
    return new Witnesses(member, 1, Collections.nCopies(members, member));
  }

  /** No member says both: so never are there enough for both. */
  @Test
  void aProxyIsNeverCarriedAndReleasedAtOnce() {
    for (int members = 1; members <= 30; members++) {
      for (int vouching = 0; vouching <= members; vouching++) {
        for (int agreeing = 0; agreeing <= members - vouching; agreeing++) {
          assertThat(of(members).carry(vouching) && of(members).release(agreeing))
              .as("%d members, %d vouch, %d agree", members, vouching, agreeing)
              .isFalse();
        }
      }
    }
  }

  @Test
  void aProxyAndThoseWhoVouchAreMoreThanHalf() {
    assertThat(of(1).carry(0)).isFalse();
    assertThat(of(1).carry(1)).isTrue();
    assertThat(of(2).carry(1)).isTrue();
    assertThat(of(3).carry(1)).isFalse();
    assertThat(of(4).carry(2)).isTrue();
  }

  @Test
  void whoeverIsPassedOverCannotFindEnoughOthers() {
    assertThat(of(1).release(0)).isFalse();
    assertThat(of(1).release(1)).isTrue();
    assertThat(of(2).release(1)).isFalse();
    assertThat(of(2).release(2)).isTrue();
    assertThat(of(3).release(2)).isTrue();
  }
}
