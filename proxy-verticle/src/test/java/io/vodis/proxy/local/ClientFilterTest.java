package io.vodis.proxy.local;

import static org.assertj.core.api.Assertions.assertThat;

import io.vodis.proxy.local.ClientFilter.Dialect;
import java.nio.charset.StandardCharsets;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class ClientFilterTest {

  private static final ClientFilter.Traits NORMAL =
      new ClientFilter.Traits(
          7, "1.1.1.1:1", "2.2.2.2:2", false, 30, 20, 0, "N", "r", "one", "lib", "1.0");
  private static final ClientFilter.Traits SUBSCRIBER =
      new ClientFilter.Traits(8, "1.1.1.1:9", "2.2.2.2:2", true, 3, 2, 5, "Pe", "", "two", "", "");

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
    ClientFilter.Parsed parsed = ClientFilter.ofKill(List.of(words.split(" ")), Dialect.REDIS);

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
    ClientFilter.Parsed parsed = ClientFilter.ofKill(List.of(words.split(" ")), Dialect.REDIS);

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
    assertThat(text(ClientFilter.ofKill(List.of(words.split(" ")), Dialect.REDIS).error()))
        .isEqualTo("-" + error + "\r\n");
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = ';',
      value = {
        "NAME one; true; false",
        "NOT-NAME one; false; true",
        "IDLE 10; true; false",
        "DB 5; false; true",
        "NOT-DB 5; true; false",
        "FLAGS P; false; true",
        "FLAGS eP; false; true",
        "NOT-FLAGS P; true; false",
        "CAPA r; true; false",
        "LIB-NAME lib LIB-VER 1.0; true; false",
        "NOT-LIB-NAME lib; false; true",
        "IP 1.1.1.1; true; true",
        "NOT-IP 1.1.1.1; false; false",
        "NOT-ID 7; false; true",
        "NOT-ID 7 8; false; false",
        "NOT-TYPE pubsub; true; false",
        "NOT-ADDR 1.1.1.1:1; false; true",
        "NOT-USER default; false; false",
        "NAME one NAME two; false; true",
        "NAME one NOT-NAME one; false; false",
      })
  void valkey9HasMoreCriteriaAndTheirOpposites(String words, boolean normal, boolean subscriber) {
    List<String> split = List.of(words.split(" "));
    ClientFilter.Parsed parsed = ClientFilter.ofList(split, Dialect.VALKEY_9);

    assertThat(parsed.error()).isNull();
    assertThat(parsed.filter().matches(NORMAL, false)).isEqualTo(normal);
    assertThat(parsed.filter().matches(SUBSCRIBER, false)).isEqualTo(subscriber);
    assertThat(text(ClientFilter.ofList(split, Dialect.VALKEY_8).error()))
        .isEqualTo("-ERR syntax error\r\n");
  }

  @Test
  void listTakesTypesAndIds() {
    assertThat(ClientFilter.ofList(List.of(), Dialect.REDIS).filter().matches(NORMAL, false))
        .isTrue();
    assertThat(
            ClientFilter.ofList(List.of("id", "7", "9"), Dialect.REDIS)
                .filter()
                .matches(NORMAL, false))
        .isTrue();
    assertThat(
            ClientFilter.ofList(List.of("id", "9"), Dialect.REDIS).filter().matches(NORMAL, false))
        .isFalse();
    assertThat(text(ClientFilter.ofList(List.of("id", "x"), Dialect.REDIS).error()))
        .isEqualTo("-ERR Invalid client ID\r\n");
    assertThat(text(ClientFilter.ofList(List.of("type"), Dialect.REDIS).error()))
        .isEqualTo("-ERR syntax error\r\n");
  }

  private static String text(byte @Nullable [] reply) {
    return reply == null ? "" : new String(reply, StandardCharsets.ISO_8859_1);
  }
}
