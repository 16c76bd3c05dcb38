package io.vodis.store;

import com.fasterxml.jackson.core.SerializableString;
import com.fasterxml.jackson.core.io.CharacterEscapes;
import com.fasterxml.jackson.core.io.SerializedString;
import com.fasterxml.jackson.core.util.DefaultIndenter;
import com.fasterxml.jackson.core.util.DefaultPrettyPrinter;
import com.fasterxml.jackson.core.util.Separators;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectWriter;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * JSON to the byte as Codis writes it, so that a store can be compared, and shared with its tools:
 * the form of Go's {@code json.MarshalIndent(v, "", " ")} with four spaces, where {@code < > &} are
 * escaped.
 */
public final class CodisJson {

  private static final JsonMapper MAPPER = JsonMapper.builder().build();
  private static final ObjectWriter WRITER = MAPPER.writer(printer()).with(new GoEscapes());

  private CodisJson() {}

  /** A new, empty object. */
  public static ObjectNode object() {
    return MAPPER.createObjectNode();
  }

  public static byte[] write(JsonNode json) {
    try {
      return WRITER.writeValueAsString(json).getBytes(StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /**
   * Reads an object in any layout.
   *
   * @param path named in the error if it is not one
   */
  public static JsonNode read(String path, byte[] content) {
    try {
      JsonNode json = MAPPER.readTree(content);
      if (json.isObject()) {
        return json;
      }
    } catch (IOException e) {
      throw corrupt(path, "not JSON", e);
    }
    throw corrupt(path, "not a JSON object", null);
  }

  static StoreException corrupt(String path, @Nullable String what, @Nullable Exception cause) {
    String message = "cannot read " + path + " in the store: " + what;
    return cause == null
        ? new StoreException(StoreException.Reason.CORRUPT, message)
        : new StoreException(StoreException.Reason.CORRUPT, message, cause);
  }

  private static DefaultPrettyPrinter printer() {
    Separators separators =
        Separators.createDefaultInstance()
            .withObjectFieldValueSpacing(Separators.Spacing.AFTER)
            .withObjectEmptySeparator("")
            .withArrayEmptySeparator("");
    DefaultIndenter indenter = new DefaultIndenter("    ", "\n");
    return new DefaultPrettyPrinter(separators)
        .withObjectIndenter(indenter)
        .withArrayIndenter(indenter);
  }

  /** Go's escapes: a few short ones, all others as {@code \}{@code u} with lower-case digits. */
  private static final class GoEscapes extends CharacterEscapes {

    private static final long serialVersionUID = 1L;

    private final int[] codes = CharacterEscapes.standardAsciiEscapesForJSON();

    GoEscapes() {
      for (int c = 0; c < ' '; c++) {
        if (c != '\n' && c != '\r' && c != '\t') {
          codes[c] = CharacterEscapes.ESCAPE_CUSTOM;
        }
      }
      codes['<'] = CharacterEscapes.ESCAPE_CUSTOM;
      codes['>'] = CharacterEscapes.ESCAPE_CUSTOM;
      codes['&'] = CharacterEscapes.ESCAPE_CUSTOM;
    }

    @Override
    public int[] getEscapeCodesForAscii() {
      return codes;
    }

    @Override
    public @Nullable SerializableString getEscapeSequence(int c) {
      boolean lineSeparator = c == 0x2028 || c == 0x2029;
      if (c > 0x7f && !lineSeparator) {
        return null;
      }
      return new SerializedString(String.format(Locale.ROOT, "\\u%04x", c));
    }
  }
}
