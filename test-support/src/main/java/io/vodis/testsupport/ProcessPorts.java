package io.vodis.testsupport;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;

/** Which TCP ports a process of this machine connects from; as Linux tells in {@code /proc}. */
public final class ProcessPorts {

  private static final int LOCAL_ADDRESS = 1;
  private static final int INODE = 9;

  private ProcessPorts() {}

  /** Whether one end of a connection, by its port here, belongs to this process. */
  public static boolean owns(long pid, int port) {
    Set<String> inodes = new HashSet<>();
    String suffix = ":%04X".formatted(port);
    for (String table : List.of("tcp", "tcp6")) {
      for (String row : lines(Path.of("/proc/net", table))) {
        String[] columns = row.strip().split("\\s+", -1);
        if (columns.length > INODE && columns[LOCAL_ADDRESS].endsWith(suffix)) {
          inodes.add("socket:[" + columns[INODE] + "]");
        }
      }
    }
    try (Stream<Path> files = Files.list(Path.of("/proc", Long.toString(pid), "fd"))) {
      return files.anyMatch(file -> inodes.contains(target(file)));
    } catch (IOException ended) {
      return false;
    }
  }

  private static List<String> lines(Path table) {
    try {
      return Files.readAllLines(table);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static String target(Path file) {
    try {
      return Files.readSymbolicLink(file).toString();
    } catch (IOException closed) {
      return "";
    }
  }
}
