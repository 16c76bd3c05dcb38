package io.vodis.bus;

import io.vodis.metric.Sample;
import io.vodis.model.Role;
import java.util.List;

/**
 * The figures of one process, published on {@link Addresses#METRICS} once a second. Counters count
 * from the start of the incarnation, so a lost or repeated report changes nothing.
 *
 * @param sequence raised by one with every report of an incarnation; receivers drop lower ones
 */
public record MetricsReport(
    Role role, String token, String incarnation, long sequence, List<Sample> samples)
    implements BusMessage {
  public MetricsReport {
    samples = List.copyOf(samples);
  }
}
