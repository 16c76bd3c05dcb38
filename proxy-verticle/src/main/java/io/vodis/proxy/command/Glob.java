package io.vodis.proxy.command;

/**
 * Redis's glob patterns on short texts: {@code *}, {@code ?}, {@code [a-z]}, {@code [^a]} and the
 * backslash, letter case ignored.
 */
public final class Glob {

  private final String pattern;
  private final String text;

  private Glob(String pattern, String text) {
    this.pattern = pattern;
    this.text = text;
  }

  /** Whether the whole text fits the pattern. */
  public static boolean matches(String pattern, String text) {
    return new Glob(pattern, text).matches();
  }

  /** A star is tried with ever more text; only the last star can need another try. */
  private boolean matches() {
    int p = 0;
    int t = 0;
    int starAt = -1;
    int starText = 0;
    while (t < text.length()) {
      if (p < pattern.length() && pattern.charAt(p) == '*') {
        starAt = p++;
        starText = t;
      } else if (p < pattern.length() && matchesOne(p, text.charAt(t))) {
        p = next(p);
        t++;
      } else if (starAt >= 0) {
        p = starAt + 1;
        t = ++starText;
      } else {
        return false;
      }
    }
    while (p < pattern.length() && pattern.charAt(p) == '*') {
      p++;
    }
    return p == pattern.length();
  }

  private boolean matchesOne(int p, char c) {
    return switch (pattern.charAt(p)) {
      case '?' -> true;
      case '[' -> inClass(p, c);
      case '\\' -> same(pattern.charAt(Math.min(p + 1, pattern.length() - 1)), c);
      default -> same(pattern.charAt(p), c);
    };
  }

  private boolean inClass(int open, char c) {
    int end = next(open) - 1;
    boolean negated = open + 1 < end && pattern.charAt(open + 1) == '^';
    boolean found = false;
    for (int i = negated ? open + 2 : open + 1; i < end; i++) {
      if (i + 2 < end && pattern.charAt(i + 1) == '-') {
        char lower = Character.toLowerCase(c);
        found |= lower >= pattern.charAt(i) && lower <= pattern.charAt(i + 2);
        i += 2;
      } else {
        found |= same(pattern.charAt(i), c);
      }
    }
    return found != negated;
  }

  /** Where the pattern goes on behind the element at {@code p}. */
  private int next(int p) {
    if (pattern.charAt(p) == '\\') {
      return Math.min(p + 2, pattern.length());
    }
    if (pattern.charAt(p) == '[') {
      int close = pattern.indexOf(']', p + 1);
      return close < 0 ? pattern.length() : close + 1;
    }
    return p + 1;
  }

  private static boolean same(char a, char b) {
    return Character.toLowerCase(a) == Character.toLowerCase(b);
  }
}
