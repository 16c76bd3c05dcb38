package io.vodis.metric;

import static io.vodis.metric.MetricDefinition.counter;
import static io.vodis.metric.MetricDefinition.gauge;

/** What every process tells of itself. Roles that share a process report the same figures. */
public final class ProcessMetrics {

  public static final MetricDefinition CPU_SECONDS =
      counter("process_cpu_seconds_total", "CPU time used by the process, user and system.");
  public static final MetricDefinition RESIDENT_MEMORY_BYTES =
      gauge("process_resident_memory_bytes", "Resident memory of the process.");
  public static final MetricDefinition OPEN_FDS =
      gauge("process_open_fds", "Open file descriptors of the process.");
  public static final MetricDefinition MAX_FDS =
      gauge("process_max_fds", "Limit of open file descriptors.");
  public static final MetricDefinition START_TIME_SECONDS =
      gauge("process_start_time_seconds", "Start of the process, in seconds since 1970.");
  public static final MetricDefinition MEMORY_USED_BYTES =
      gauge("jvm_memory_used_bytes", "Memory used by the JVM.", "area");
  public static final MetricDefinition MEMORY_MAX_BYTES =
      gauge("jvm_memory_max_bytes", "Limit of the JVM's memory; -1 if there is none.", "area");
  public static final MetricDefinition BUFFER_BYTES =
      gauge("jvm_buffer_bytes", "Memory of the JVM's buffer pools.", "pool");
  public static final MetricDefinition GC_PAUSE_SECONDS =
      counter("jvm_gc_pause_seconds_total", "Time spent in garbage collections.", "gc");
  public static final MetricDefinition GC_COLLECTIONS =
      counter("jvm_gc_collections_total", "Garbage collections.", "gc");
  public static final MetricDefinition THREADS =
      gauge("jvm_threads", "Live platform threads of the JVM.");

  private ProcessMetrics() {}
}
