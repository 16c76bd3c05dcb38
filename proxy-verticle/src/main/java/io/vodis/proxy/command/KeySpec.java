package io.vodis.proxy.command;

import java.util.List;

/**
 * How some of a command's keys are found: where to begin, and how to go on from there. This is the
 * key specification that servers publish since Redis 7.
 *
 * @param flags as published, such as {@code RW} and {@code update}
 */
record KeySpec(Begin begin, Find find, List<String> flags) {

  KeySpec {
    flags = List.copyOf(flags);
  }

  /**
   * What the form before key specifications says: every {@code step}-th argument.
   *
   * @param first argument that is a key
   * @param last that may be one; negative: counted from the end
   */
  static KeySpec ofRange(int first, int last, int step) {
    return new KeySpec(
        new Begin.Index(first),
        new Find.Range(last >= 0 ? last - first : last, Math.max(1, step), 0),
        List.of());
  }

  /** Whether it says where keys are, and leaves none out. */
  boolean isComplete() {
    return !(begin instanceof Begin.Unknown)
        && !(find instanceof Find.Unknown)
        && !flags.contains("incomplete");
  }

  /** Whether it finds the same keys as {@code other}, whatever is done with them. */
  boolean findsAs(KeySpec other) {
    return begin.equals(other.begin) && find.equals(other.find);
  }

  /** Where the search for keys begins. */
  sealed interface Begin {

    /** At that argument; the command's name is argument 0. */
    record Index(int index) implements Begin {}

    /**
     * Behind a word, searched from an argument on; a negative one counts from the end and searches
     * backwards.
     */
    record Keyword(String keyword, int startFrom) implements Begin {}

    /** The server cannot tell either. */
    record Unknown() implements Begin {}
  }

  /** How the keys go on from where the search began. */
  sealed interface Find {

    /**
     * Every {@code step}-th argument up to the last key.
     *
     * @param lastKey counted from the beginning; negative: from the end, -1 being the last argument
     * @param limit for a negative last key, 2 means the first half of the rest, 3 the first third
     */
    record Range(int lastKey, int step, int limit) implements Find {}

    /** An argument says how many keys follow. All positions count from the beginning. */
    record KeyNum(int keyNumIndex, int firstKey, int step) implements Find {}

    /** The server cannot tell either. */
    record Unknown() implements Find {}
  }
}
