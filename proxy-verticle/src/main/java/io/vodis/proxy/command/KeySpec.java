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
