package io.vodis.bus;

/**
 * A typed address: one conversation, whose verb is the message type.
 *
 * @param pattern {@code vodis.%s.<role>} with the product, and {@code .%s} for one member
 */
public record Address<Q extends BusMessage, R extends BusMessage>(
    String pattern, Class<Q> request, Class<R> reply) {

  /** The address in a product, for a conversation that has one receiver or is published. */
  public String in(String product) {
    return pattern.formatted(product);
  }

  /** The address of one member of a product, by its incarnation. */
  public String of(String product, String incarnation) {
    return pattern.formatted(product, incarnation);
  }
}
