package io.vodis.redis;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Which connections of a codis-server may still bring what it has given up. */
class CodisClientListTest {

  private static final List<ClientList.Client> CLIENTS =
      ClientList.parse(
          """
          id=1 addr=10.0.0.1:1 name= db=0 cmd=slotsrestore
          id=2 addr=10.0.0.1:2 name= db=0 cmd=slotsrestore-async
          id=3 addr=10.0.0.1:3 name= db=5 cmd=slotsrestore-async
          id=4 addr=10.0.0.1:4 name= db=0 cmd=slotsrestore-async-select
          id=5 addr=10.0.0.1:5 name= db=0 cmd=slotsrestore
          id=6 addr=10.0.0.1:6 name= db=0 cmd=NULL
          id=7 addr=10.0.0.9:7 name= db=0 cmd=NULL
          id=8 addr=10.0.0.1:8 name=vodis db=0 cmd=get
          id=9 addr=10.0.0.1:9 name= db=0 cmd=slotsrestore-async-ack
          """);

  @Test
  void ofEachKindAllButTheNewest() {
    assertThat(ids(ClientList.outdatedRestores(CLIENTS, "10.0.0.1", true, 0)))
        .containsExactly(1L, 2L, 6L);
  }

  @Test
  void allOfADatabaseFromWhichNothingIsSentInTheBackground() {
    assertThat(ids(ClientList.outdatedRestores(CLIENTS, "10.0.0.1", false, 0)))
        .containsExactly(1L, 2L, 4L, 6L);
  }

  /** The last one is a way out of the server, to which it has sent keys itself. */
  @Test
  void whatTheServerHasOpenedItselfIsNoneOfThem() {
    assertThat(CLIENTS.getLast().mayRestoreFrom("10.0.0.1")).isFalse();
  }

  private static List<Long> ids(List<ClientList.Client> clients) {
    return clients.stream().map(ClientList.Client::id).toList();
  }
}
