package io.vodis.metric;

import java.io.IOException;
import java.lang.management.BufferPoolMXBean;
import java.lang.management.GarbageCollectorMXBean;
import java.lang.management.ManagementFactory;
import java.lang.management.MemoryUsage;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads {@link ProcessMetrics}. Takes well under a millisecond, but reads files of {@code /proc},
 * so it is not called on an event loop.
 */
public final class ProcessSamples {

  private static final Path STATM = Path.of("/proc/self/statm");
  private static final long PAGE_BYTES = 4096;

  private ProcessSamples() {}

  /** The figures of this process now. What the platform does not tell is left out. */
  public static List<Sample> sample() {
    List<Sample> samples = new ArrayList<>();
    addProcess(samples);
    addMemory(samples);
    for (GarbageCollectorMXBean gc : ManagementFactory.getGarbageCollectorMXBeans()) {
      samples.add(ProcessMetrics.GC_PAUSE_SECONDS.of(gc.getCollectionTime() / 1e3, gc.getName()));
      samples.add(ProcessMetrics.GC_COLLECTIONS.of(gc.getCollectionCount(), gc.getName()));
    }
    samples.add(ProcessMetrics.THREADS.of(ManagementFactory.getThreadMXBean().getThreadCount()));
    return samples;
  }

  private static void addProcess(List<Sample> samples) {
    var runtime = ManagementFactory.getRuntimeMXBean();
    samples.add(ProcessMetrics.START_TIME_SECONDS.of(runtime.getStartTime() / 1e3));
    var system = ManagementFactory.getOperatingSystemMXBean();
    if (system instanceof com.sun.management.OperatingSystemMXBean sun) {
      samples.add(ProcessMetrics.CPU_SECONDS.of(sun.getProcessCpuTime() / 1e9));
    }
    if (system instanceof com.sun.management.UnixOperatingSystemMXBean unix) {
      samples.add(ProcessMetrics.OPEN_FDS.of(unix.getOpenFileDescriptorCount()));
      samples.add(ProcessMetrics.MAX_FDS.of(unix.getMaxFileDescriptorCount()));
    }
    long residentBytes = residentBytes();
    if (residentBytes > 0) {
      samples.add(ProcessMetrics.RESIDENT_MEMORY_BYTES.of(residentBytes));
    }
  }

  private static void addMemory(List<Sample> samples) {
    var memory = ManagementFactory.getMemoryMXBean();
    MemoryUsage heap = memory.getHeapMemoryUsage();
    MemoryUsage nonHeap = memory.getNonHeapMemoryUsage();
    samples.add(ProcessMetrics.MEMORY_USED_BYTES.of(heap.getUsed(), "heap"));
    samples.add(ProcessMetrics.MEMORY_MAX_BYTES.of(heap.getMax(), "heap"));
    samples.add(ProcessMetrics.MEMORY_USED_BYTES.of(nonHeap.getUsed(), "nonheap"));
    samples.add(ProcessMetrics.MEMORY_MAX_BYTES.of(nonHeap.getMax(), "nonheap"));
    for (var pool : ManagementFactory.getPlatformMXBeans(BufferPoolMXBean.class)) {
      samples.add(ProcessMetrics.BUFFER_BYTES.of(pool.getMemoryUsed(), pool.getName()));
    }
  }

  /** Second field of statm, in pages; 0 where there is no {@code /proc}. */
  private static long residentBytes() {
    try {
      String[] fields = Files.readString(STATM).split(" ", 3);
      return Long.parseLong(fields[1]) * PAGE_BYTES;
    } catch (IOException | NumberFormatException e) {
      return 0;
    }
  }
}
