package io.vodis.launcher.admin;

import java.io.Console;
import java.io.PrintWriter;
import java.lang.reflect.InvocationTargetException;
import java.util.function.Function;

/**
 * Where a command prints: results on standard output, as a table or as JSON; progress on standard
 * error, in one line that is rewritten if that is a terminal, else in a new line per change.
 */
final class Screen implements AutoCloseable {

  private static final String REWRITE_LINE = "\r\u001b[K";

  private final PrintWriter out;
  private final PrintWriter err;
  private final boolean json;
  private final boolean terminal;
  private String progress = "";

  Screen(PrintWriter out, PrintWriter err, boolean json, boolean terminal) {
    this.out = out;
    this.err = err;
    this.json = json;
    this.terminal = terminal;
  }

  /** The reply as it came, or what {@code text} makes of it. */
  <T> void show(Reply<T> reply, Function<T, Object> text) {
    endProgress();
    out.println(json ? reply.json().strip() : text.apply(reply.view()));
    out.flush();
  }

  /** A line for people only. */
  void say(String text) {
    endProgress();
    if (!json) {
      out.println(text);
      out.flush();
    }
  }

  /** Says how far it is; the same text again says nothing. */
  void progress(String text) {
    if (text.equals(progress)) {
      return;
    }
    progress = text;
    if (terminal) {
      err.print(REWRITE_LINE + text);
    } else {
      err.println(text);
    }
    err.flush();
  }

  void fail(String text) {
    endProgress();
    err.println(text);
    err.flush();
  }

  @Override
  public void close() {
    endProgress();
  }

  private void endProgress() {
    if (terminal && !progress.isEmpty()) {
      err.println();
      err.flush();
    }
    progress = "";
  }

  /** Newer Java versions have a console object also where there is no terminal. */
  static boolean isTerminal() {
    Console console = System.console();
    if (console == null) {
      return false;
    }
    try {
      return (boolean) Console.class.getMethod("isTerminal").invoke(console);
    } catch (NoSuchMethodException e) {
      return true;
    } catch (IllegalAccessException | InvocationTargetException e) {
      return false;
    }
  }
}
