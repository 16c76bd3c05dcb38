package io.vodis.lifecycle;

import java.lang.reflect.InvocationHandler;
import java.lang.reflect.InvocationTargetException;
import java.lang.reflect.Proxy;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** SIGHUP, by which an operator asks a process to read its configuration again. */
public final class HangUp {

  private static final Logger LOGGER = LoggerFactory.getLogger(HangUp.class);

  private HangUp() {}

  /** Has {@code task} run, on a thread of its own, at each SIGHUP. */
  public static void onEach(Runnable task) {
    try {
      handle("HUP", () -> Thread.ofVirtual().name("reload").start(task));
    } catch (ReflectiveOperationException | IllegalArgumentException e) {
      // A JVM that was started with -Xrs, one without this class, or a system without this signal.
      LOGGER.info("SIGHUP is not available: {}", OneLine.of(e));
    }
  }

  /** Has a role read its configuration again, and logs what came of it. */
  public static void reload(RunningRole role) {
    String id = role.member().role().id();
    try {
      LOGGER.info("reload of {}: {}", id, role.configuration().reload());
    } catch (VodisException e) {
      LOGGER.error("reload of {}: {}; nothing was changed", id, OneLine.of(e));
    }
  }

  /**
   * Java has no other way to hear of a signal than {@code sun.misc.Signal}, of which every compiler
   * warns. It is in {@code jdk.unsupported}, which is there to be used until there is another way.
   */
  private static void handle(String name, Runnable task) throws ReflectiveOperationException {
    Class<?> signal = Class.forName("sun.misc.Signal");
    Class<?> handler = Class.forName("sun.misc.SignalHandler");
    InvocationHandler calls =
        (self, method, arguments) ->
            switch (method.getName()) {
              case "handle" -> {
                task.run();
                yield null;
              }
              case "equals" -> self == arguments[0];
              case "hashCode" -> System.identityHashCode(self);
              default -> "reload on SIGHUP";
            };
    Object listener =
        Proxy.newProxyInstance(HangUp.class.getClassLoader(), new Class<?>[] {handler}, calls);
    try {
      signal
          .getMethod("handle", signal, handler)
          .invoke(null, signal.getConstructor(String.class).newInstance(name), listener);
    } catch (InvocationTargetException e) {
      if (e.getCause() instanceof IllegalArgumentException refused) {
        throw refused;
      }
      throw e;
    }
  }
}
