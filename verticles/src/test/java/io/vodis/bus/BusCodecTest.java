package io.vodis.bus;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.vertx.core.buffer.Buffer;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class BusCodecTest {

  private final BusCodec codec = new BusCodec();

  static List<BusMessage> examples() {
    return BusExamples.ALL;
  }

  static List<Class<?>> types() {
    return BusExamples.permittedTypes();
  }

  @ParameterizedTest
  @MethodSource("types")
  void everyMessageHasATypeIdAnExampleAGoldenFileAndARowInTheDocs(Class<?> type) throws Exception {
    assertThat(BusTypes.typeOf(BusTypes.idOf(type))).isEqualTo(type);
    assertThat(BusExamples.ALL).as("example in BusExamples").anyMatch(type::isInstance);
    assertThat(golden(type)).as("golden file").isNotBlank();
    String page = Files.readString(Path.of("..", "docs", "bus.md"));
    assertThat(page).as("row in docs/bus.md").contains("| `" + type.getSimpleName() + "`");
  }

  @ParameterizedTest
  @MethodSource("examples")
  void writesTheGoldenFile(BusMessage message) throws Exception {
    // Given
    Buffer wire = Buffer.buffer().appendString("before");
    // When
    codec.encodeToWire(wire, message);
    // Then
    assertThat(wire.getByte(6)).isEqualTo((byte) 1);
    assertThat(wire.getShort(7)).isEqualTo(BusTypes.idOf(message.getClass()));
    assertThat(wire.getString(9, wire.length())).isEqualTo(golden(message.getClass()).strip());
  }

  @ParameterizedTest
  @MethodSource("examples")
  void readsWhatItWrote(BusMessage message) {
    // Given
    Buffer wire = Buffer.buffer().appendString("before");
    codec.encodeToWire(wire, message);
    // When
    BusMessage read = codec.decodeFromWire(6, wire);
    // Then
    assertThat(read).isEqualTo(message);
    assertThat(codec.transform(message)).isSameAs(message);
  }

  @Test
  void ignoresUnknownFieldsAndRefusesMissingOnes() {
    assertThat(codec.decodeFromWire(0, wire(502, "{\"term\":3,\"epoch\":17,\"later\":[]}")))
        .isEqualTo(new BusReply.Accepted(3, 17));
    assertRefused(wire(502, "{\"term\":3}"), "epoch");
    assertRefused(wire(301, "{\"server\":null}"), "server");
    assertRefused(wire(301, "{\"server\":\"nowhere\"}"), "OpinionQuery");
  }

  @Test
  void refusesWhatItDoesNotKnow() {
    assertRefused(Buffer.buffer(), "cut short");
    assertRefused(wire(9999, "{}"), "type 9999");
    assertRefused(Buffer.buffer().appendByte((byte) 2).appendShort((short) 502), "version 2");
    assertRefused(wire(502, "{\"term\":"), "Accepted");
  }

  private void assertRefused(Buffer wire, String text) {
    assertThatThrownBy(() -> codec.decodeFromWire(0, wire))
        .hasMessageContaining(text)
        .satisfies(e -> assertThat(BusFailure.of(e)).contains(BusFailure.INVALID));
  }

  private static Buffer wire(int id, String json) {
    return Buffer.buffer().appendByte((byte) 1).appendShort((short) id).appendString(json);
  }

  private static String golden(Class<?> type) throws IOException {
    String name = "/bus/golden/" + type.getSimpleName() + "-v1.json";
    try (InputStream file = BusCodecTest.class.getResourceAsStream(name)) {
      return file == null ? "" : new String(file.readAllBytes(), StandardCharsets.UTF_8);
    }
  }
}
