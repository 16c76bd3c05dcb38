package io.vodis.proxy.session;

/** A pattern as CONFIG GET takes it: {@code *}, {@code ?} and plain characters. */
final class Glob {

  private final String pattern;

  Glob(String pattern) {
    this.pattern = pattern;
  }

  /** Without backtracking over more than the last star, so in bounded time. */
  boolean matches(String text) {
    int p = 0;
    int t = 0;
    int star = -1;
    int afterStar = 0;
    while (t < text.length()) {
      char c = p < pattern.length() ? pattern.charAt(p) : 0;
      if (c == '*') {
        star = p++;
        afterStar = t;
      } else if (c == '?' || c == text.charAt(t)) {
        p++;
        t++;
      } else if (star >= 0) {
        p = star + 1;
        t = ++afterStar;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }
}
