package io.vodis.topom.transition;

import java.util.List;

/**
 * What follows from an event: a new row and the effects to run, or nothing.
 *
 * @param <T> the row: a slot's mapping, or a group
 */
public sealed interface Decision<T> {

  /** The row changes; {@code effects} begin with {@link Effect#PERSIST}. */
  record Next<T>(T row, List<Effect> effects) implements Decision<T> {
    public Next {
      effects = List.copyOf(effects);
    }
  }

  /** The event means nothing in this state; {@code reason} is for the one who raised it. */
  record Rejected<T>(String reason) implements Decision<T> {}
}
