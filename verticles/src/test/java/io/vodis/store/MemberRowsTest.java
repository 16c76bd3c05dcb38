package io.vodis.store;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import io.vodis.model.HostAndPort;
import io.vodis.model.Member;
import io.vodis.model.Role;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.api.Test;

class MemberRowsTest {

  private static final String PATH = "/codis3/demo/member";
  private static final Member PROXY =
      new Member(
          Role.PROXY,
          "f00d",
          "f00d-1",
          new HostAndPort("10.0.1.1", 19000),
          new HostAndPort("10.0.1.1", 11080),
          "dc1",
          4711,
          "2026-11-20T20:00:00Z");

  @Test
  void aMemberAndALeaderAreReadAsTheyWereWritten() {
    assertThat(MemberRows.read(PATH, MemberRows.write(PROXY))).isEqualTo(PROXY);
    assertThat(MemberRows.readLeader(PATH, MemberRows.writeLeader(PROXY, 7), "fence"))
        .isEqualTo(new Leadership(PROXY, 7, "fence"));
  }

  @Test
  void aProxyIsListedWithTheFieldsOfCodis() {
    JsonNode json = CodisJson.read(PATH, MemberRows.writeCodisProxy(PROXY, "demo", 3));
    assertThat(json.fieldNames())
        .toIterable()
        .containsExactly(
            "id",
            "token",
            "start_time",
            "admin_addr",
            "proto_type",
            "proxy_addr",
            "product_name",
            "pid",
            "pwd",
            "sys",
            "hostname",
            "datacenter");
    assertThat(json.path("proxy_addr").asText()).isEqualTo("10.0.1.1:19000");
    assertThat(json.path("admin_addr").asText()).isEqualTo("10.0.1.1:11080");
    assertThat(MemberRows.readCodisProxyId(PATH, CodisJson.write(json))).isEqualTo(3);
  }

  @Test
  void ourOwnTopomEntryIsToldFromTheLockOfACodisDashboard() {
    // Given
    byte[] ours = MemberRows.writeCodisTopom(PROXY, "demo");
    byte[] codis = "{\"admin_addr\":\"10.9.9.9:18080\"}".getBytes(StandardCharsets.UTF_8);
    // When, Then
    MemberRows.requireVodisTopom(PATH, ours);
    assertThatThrownBy(() -> MemberRows.requireVodisTopom(PATH, codis))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining("10.9.9.9:18080")
        .hasMessageContaining("remove that node")
        .hasMessageContaining(PATH);
  }

  @Test
  void aMemberThatMakesNoSenseIsNamed() {
    assertThatThrownBy(
            () -> MemberRows.read(PATH, "{\"role\":\"king\"}".getBytes(StandardCharsets.UTF_8)))
        .isInstanceOf(StoreException.class)
        .hasMessageContaining(PATH);
  }
}
