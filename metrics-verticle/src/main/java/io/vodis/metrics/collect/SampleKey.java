package io.vodis.metrics.collect;

import io.vodis.metric.Sample;
import java.util.Map;

/** What makes a series of one member the same from report to report. */
record SampleKey(Class<? extends Sample> kind, String name, Map<String, String> labels) {

  static SampleKey of(Sample sample) {
    return new SampleKey(sample.getClass(), sample.name(), sample.labels());
  }
}
