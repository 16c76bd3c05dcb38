package io.vodis.it.differential;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Predicate;

/**
 * A command of a run.
 *
 * @param connection commands of one connection have the same number
 * @param protocol what its HELLO said
 */
record Step(int connection, int protocol, Command command) {

  /** Leaves steps out as long as the rest still fails, and as time allows. */
  static List<Step> shrink(List<Step> failing, Predicate<List<Step>> fails, Duration limit) {
    long end = System.nanoTime() + limit.toNanos();
    List<Step> left = failing;
    for (int size = Math.max(1, left.size() / 2); size >= 1; size /= 2) {
      int at = 0;
      while (at < left.size() && System.nanoTime() < end) {
        List<Step> without = new ArrayList<>(left.subList(0, at));
        without.addAll(left.subList(Math.min(left.size(), at + size), left.size()));
        if (!without.isEmpty() && fails.test(without)) {
          left = without;
        } else {
          at += size;
        }
      }
    }
    return left;
  }

  @Override
  public String toString() {
    return "[" + connection + ", RESP" + protocol + "] " + command;
  }
}
