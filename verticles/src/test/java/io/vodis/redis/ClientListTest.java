package io.vodis.redis;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ClientListTest {

  /** One that was given up had asked for a list as well, and a MIGRATE may be on its way behind. */
  @Test
  void onlyTheConnectionThatAsksIsNotAmongTheOthers() {
    String list =
        """
        id=3 addr=10.0.0.1:1 name=vodis:pull db=0 cmd=migrate
        id=4 addr=10.0.0.1:2 name=vodis:pull db=0 cmd=client|list
        id=5 addr=10.0.0.1:3 name=vodis:pull db=5 cmd=client|list
        id=6 addr=10.0.0.1:4 name=vodis:other db=0 cmd=client|list
        id=7 addr=10.0.0.1:5 name=vodis:pull db=0 cmd=client
        id=8 addr=10.0.0.1:6 name= db=0 cmd=client
        """;

    assertThat(ClientList.othersOf(ClientList.parse(list), "vodis:pull", 0))
        .extracting(ClientList.Client::id)
        .containsExactly(3L, 4L);
    assertThat(ClientList.othersOf(ClientList.parse(list), "nobody", 0)).isEmpty();
  }
}
