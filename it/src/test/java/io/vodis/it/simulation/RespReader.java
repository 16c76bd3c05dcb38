package io.vodis.it.simulation;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Takes requests out of what a proxy has written. */
final class RespReader {

  private final StringBuilder unread = new StringBuilder();

  /** The requests that are complete now. */
  List<List<String>> requests(String bytes) {
    unread.append(bytes);
    List<List<String>> requests = new ArrayList<>();
    int[] at = {0};
    int done = 0;
    for (List<String> request = next(at); request != null; request = next(at)) {
      requests.add(request);
      done = at[0];
    }
    unread.delete(0, done);
    return requests;
  }

  private @Nullable List<String> next(int[] at) {
    int count = number(at, '*');
    if (count < 0) {
      return null;
    }
    List<String> words = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      int length = number(at, '$');
      if (length < 0 || at[0] + length + 2 > unread.length()) {
        return null;
      }
      words.add(unread.substring(at[0], at[0] + length));
      at[0] += length + 2;
    }
    return words;
  }

  private int number(int[] at, char type) {
    int end = unread.indexOf("\r\n", at[0]);
    if (end < 0 || at[0] >= unread.length()) {
      return -1;
    }
    if (unread.charAt(at[0]) != type) {
      throw new IllegalStateException("not a request: " + unread);
    }
    int number = Integer.parseInt(unread.substring(at[0] + 1, end));
    at[0] = end + 2;
    return number;
  }
}
