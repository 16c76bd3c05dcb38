package io.vodis.ha.judge;

import java.util.List;

/**
 * What the ha members think of one primary.
 *
 * @param live incarnations of all live members, this one included
 * @param agreeing those of them that suspect it too, this one included
 */
public record Votes(List<String> live, List<String> agreeing) {

  /** Nobody has been asked yet. */
  public static final Votes NONE = new Votes(List.of(), List.of());

  public Votes {
    live = List.copyOf(live);
    agreeing = List.copyOf(agreeing);
  }
}
