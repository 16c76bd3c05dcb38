package io.vodis.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vodis.bus.ProxyCommand.FillSlots;
import java.io.IOException;

/** A table as it is kept in a file: the JSON of its message on the bus. */
public final class TableText {

  private TableText() {}

  public static byte[] write(FillSlots table) {
    try {
      return BusJson.MAPPER.writerWithDefaultPrettyPrinter().writeValueAsBytes(table);
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write a table", e);
    }
  }

  /** Fails if it is not a whole table. */
  public static FillSlots read(byte[] text) throws IOException {
    return BusJson.MAPPER.readValue(text, FillSlots.class);
  }
}
