package io.vodis.topom.audit;

/**
 * On whose behalf something is done.
 *
 * @param actor as it names itself; nobody has proven it
 * @param origin where the call came from, as seen by those it passed
 */
public record Caller(String actor, String origin) {

  /** This topom, by itself. */
  public static final Caller TOPOM = new Caller("topom", "");

  private static final int TEXT_MAX = 200;

  public Caller {
    actor = printable(actor);
    origin = printable(origin);
  }

  private static String printable(String text) {
    String cut = text.length() > TEXT_MAX ? text.substring(0, TEXT_MAX) : text;
    return cut.replaceAll("\\p{Cntrl}", "?");
  }
}
