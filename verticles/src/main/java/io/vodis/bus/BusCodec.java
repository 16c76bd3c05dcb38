package io.vodis.bus;

import com.fasterxml.jackson.core.JsonProcessingException;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.io.IOException;

/**
 * All messages on the wire. A message between verticles of one process is handed over as it is,
 * which is safe because messages are immutable.
 *
 * <pre>
 * ┌───────────┬──────────────┬─────────────────────────┐
 * │ version 1 │ type id      │ JSON, to the end        │
 * │ 1 byte    │ 2 bytes      │                         │
 * └───────────┴──────────────┴─────────────────────────┘
 * </pre>
 */
final class BusCodec implements MessageCodec<BusMessage, BusMessage> {

  static final String NAME = "vodis";
  static final byte VERSION = 1;
  private static final int HEADER_BYTES = 3;

  @Override
  public void encodeToWire(Buffer buffer, BusMessage message) {
    buffer.appendByte(VERSION);
    buffer.appendShort(BusTypes.idOf(message.getClass()));
    try {
      buffer.appendBytes(BusJson.MAPPER.writeValueAsBytes(message));
    } catch (JsonProcessingException e) {
      throw new IllegalStateException("cannot write " + message.getClass().getName(), e);
    }
  }

  @Override
  public BusMessage decodeFromWire(int pos, Buffer buffer) {
    if (buffer.length() - pos < HEADER_BYTES) {
      throw BusFailure.INVALID.asException("message cut short");
    }
    byte version = buffer.getByte(pos);
    short id = buffer.getShort(pos + 1);
    Class<? extends BusMessage> type = BusTypes.typeOf(id);
    if (version != VERSION || type == null) {
      throw BusFailure.INVALID.asException(
          "message of version " + version + ", type " + id + " is not known here");
    }
    try {
      return BusJson.MAPPER.readValue(buffer.getBytes(pos + HEADER_BYTES, buffer.length()), type);
    } catch (IOException e) {
      throw BusFailure.INVALID.asException(type.getSimpleName() + ": " + e.getMessage());
    }
  }

  @Override
  public BusMessage transform(BusMessage message) {
    return message;
  }

  @Override
  public String name() {
    return NAME;
  }

  @Override
  public byte systemCodecID() {
    return -1;
  }
}
