package io.vodis.bench.load;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/** CPU time that a process has used, user and system, from {@code /proc}. */
final class CpuTime {

  /** The kernel counts in hundredths of a second on every platform that matters here. */
  private static final long MICROS_PER_TICK = 10_000;

  private static final int UTIME = 11;
  private static final int STIME = 12;

  private CpuTime() {}

  static long microsOf(long pid) {
    try {
      String stat = Files.readString(Path.of("/proc/" + pid + "/stat"));
      // The name, in parentheses, may hold blanks: count fields behind it.
      String[] fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      return (Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME])) * MICROS_PER_TICK;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
