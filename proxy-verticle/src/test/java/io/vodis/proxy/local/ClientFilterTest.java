package io.vodis.proxy.local;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientFilterTest {

  private static final ClientFilter.Traits NORMAL =
      new ClientFilter.Traits(7, "1.1.1.1:1", "2.2.2.2:2", false, 30);
  private static final ClientFilter.Traits SUBSCRIBER =
      new ClientFilter.Traits(8, "1.1.1.1:9", "2.2.2.2:2", true, 3);

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1.1.1.1:1; true; false",
        "ADDR 1.1.1.1:9; false; true",
        "laddr 2.2.2.2:2; true; true",
        "ID 7; true; false",
        "TYPE pubsub; false; true",
        "TYPE normal; true; false",
        "TYPE replica; false; false",
        "USER default; true; true",
        "MAXAGE 10; true; false",
        "ID 8 TYPE normal; false; false",
        "ID 8 TYPE pubsub SKIPME no; false; true",
      })
  void killFindsTheSessionsMeant(String words, boolean normal, boolean subscriber) {
    ClientFilter.Parsed parsed = ClientFilter.ofKill(List.of(words.split(" ")), false);

    assertThat(parsed.error()).isNull();
    assertThat(parsed.filter().matches(NORMAL, false)).isEqualTo(normal);
    assertThat(parsed.filter().matches(SUBSCRIBER, false)).isEqualTo(subscriber);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "1.1.1.1:1; true",
        "ID 7; false",
        "ID 7 SKIPME no; true",
        "SKIPME yes; false",
      })
  void killSkipsItsCallerInTheNewFormUnlessToldNotTo(String words, boolean killed) {
    ClientFilter.Parsed parsed = ClientFilter.ofKill(List.of(words.split(" ")), false);

    assertThat(parsed.filter().matches(NORMAL, true)).isEqualTo(killed);
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "ID 0; ERR client-id should be greater than 0",
        "ID x; ERR client-id should be greater than 0",
        "TYPE wrong; ERR Unknown client type 'wrong'",
        "USER bob; ERR No such user 'bob'",
        "MAXAGE x; ERR maxage is not an integer or out of range",
        "MAXAGE 0; ERR maxage should be greater than 0",
        "SKIPME maybe; ERR syntax error",
        "ID 7 TYPE; ERR syntax error",
        "NAME 7; ERR syntax error",
      })
  void killSaysWhatIsWrong(String words, String error) {
    assertThat(text(ClientFilter.ofKill(List.of(words.split(" ")), false).error()))
        .isEqualTo("-" + error + "\r\n");
  }

  @Test
  void listTakesTypesAndIds() {
    assertThat(ClientFilter.ofList(List.of(), false).filter().matches(NORMAL, false)).isTrue();
    assertThat(ClientFilter.ofList(List.of("id", "7", "9"), false).filter().matches(NORMAL, false))
        .isTrue();
    assertThat(ClientFilter.ofList(List.of("id", "9"), false).filter().matches(NORMAL, false))
        .isFalse();
    assertThat(text(ClientFilter.ofList(List.of("id", "x"), false).error()))
        .isEqualTo("-ERR Invalid client ID\r\n");
    assertThat(text(ClientFilter.ofList(List.of("type"), false).error()))
        .isEqualTo("-ERR syntax error\r\n");
  }

  private static String text(byte @Nullable [] reply) {
    return reply == null ? "" : new String(reply, StandardCharsets.ISO_8859_1);
  }
}
