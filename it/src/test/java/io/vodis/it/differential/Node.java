package io.vodis.it.differential;

import java.util.List;

/** A part of the arguments of a command, as the grammar has it. */
sealed interface Node {

  /** An argument that is what it says. */
  record Word(String text) implements Node {}

  /** An argument of a kind that {@link Values} knows. */
  record Value(String kind) implements Node {}

  record Sequence(List<Node> parts) implements Node {}

  record Optional(Node part) implements Node {}

  record Choice(List<Node> parts) implements Node {}

  /** Once to four times. */
  record Repeated(Node part) implements Node {}

  /** How many, then that many. */
  record Counted(Node part) implements Node {}
}
