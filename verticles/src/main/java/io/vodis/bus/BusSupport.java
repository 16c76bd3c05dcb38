package io.vodis.bus;

import io.vertx.core.Vertx;
import io.vertx.core.eventbus.EventBus;
import java.util.Collections;
import java.util.Set;
import java.util.WeakHashMap;

/** Teaches a Vert.x instance our messages. Must be done before anything is sent or consumed. */
public final class BusSupport {

  private static final Set<EventBus> INSTALLED =
      Collections.synchronizedSet(Collections.newSetFromMap(new WeakHashMap<>()));

  private BusSupport() {}

  /**
   * Registers the one codec of all messages. Doing it again changes nothing.
   *
   * <p>Vert.x looks a default codec up by the exact class of a body, which a sealed interface never
   * is; hence one named codec, chosen for every message by the selector.
   */
  public static void install(Vertx vertx) {
    EventBus bus = vertx.eventBus();
    if (INSTALLED.add(bus)) {
      bus.registerCodec(new BusCodec());
      bus.codecSelector(body -> body instanceof BusMessage ? BusCodec.NAME : null);
    }
  }
}
