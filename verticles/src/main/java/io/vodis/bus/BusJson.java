package io.vodis.bus;

import com.fasterxml.jackson.annotation.JsonCreator;
import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonValue;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.MapperFeature;
import com.fasterxml.jackson.databind.SerializationFeature;
import com.fasterxml.jackson.databind.json.JsonMapper;
import io.vodis.metric.Sample;
import io.vodis.model.HostAndPort;
import io.vodis.model.SlotRoute;

/**
 * The JSON of messages: a record is an object of its components, an address is {@code "host:port"},
 * a case of a sealed family carries its name in {@code "type"}. The model itself knows nothing of
 * JSON; what it needs is said here. Unknown fields are ignored, missing ones are an error.
 */
final class BusJson {

  static final JsonMapper MAPPER =
      JsonMapper.builder()
          .addMixIn(HostAndPort.class, AddressMixin.class)
          .addMixIn(SlotRoute.class, SlotRouteMixin.class)
          .addMixIn(Sample.class, SampleMixin.class)
          .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_MISSING_CREATOR_PROPERTIES)
          .enable(DeserializationFeature.FAIL_ON_NULL_CREATOR_PROPERTIES)
          .enable(MapperFeature.SORT_CREATOR_PROPERTIES_FIRST)
          .enable(SerializationFeature.ORDER_MAP_ENTRIES_BY_KEYS)
          .build();

  private BusJson() {}

  private abstract static class AddressMixin {
    @JsonCreator(mode = JsonCreator.Mode.DELEGATING)
    static HostAndPort parse(String text) {
      throw new IllegalStateException("a mix-in is never called");
    }

    @Override
    @JsonValue
    public abstract String toString();
  }

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = SlotRoute.Offline.class, name = "offline"),
    @JsonSubTypes.Type(value = SlotRoute.Serving.class, name = "serving"),
    @JsonSubTypes.Type(value = SlotRoute.Fenced.class, name = "fenced"),
    @JsonSubTypes.Type(value = SlotRoute.Migrating.class, name = "migrating")
  })
  private interface SlotRouteMixin {}

  @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
  @JsonSubTypes({
    @JsonSubTypes.Type(value = Sample.Counter.class, name = "counter"),
    @JsonSubTypes.Type(value = Sample.Gauge.class, name = "gauge"),
    @JsonSubTypes.Type(value = Sample.Histogram.class, name = "histogram")
  })
  private interface SampleMixin {}
}
