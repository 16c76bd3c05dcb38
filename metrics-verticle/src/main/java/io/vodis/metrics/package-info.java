/**
 * The metrics role: gathers the figures that every process publishes and shows those of the whole
 * product.
 *
 * <pre>
 *   every process ──MetricsReport, once a second──► collect ──figures──► expose ──► /metrics (Prometheus)
 *                                                     ▲                     ├─────► InfluxDB
 *   store ──members──────────────────────────────────-┘                     └─────► StatsD
 * </pre>
 */
@NullMarked
package io.vodis.metrics;

import org.jspecify.annotations.NullMarked;
