package io.vodis.lifecycle;

import io.vodis.model.Member;
import java.time.Duration;
import java.util.function.Supplier;

/** A role that has been started in this process. Closing it ends it in order and waits. */
public interface RunningRole extends AutoCloseable {

  Member member();

  /**
   * Where to read the configuration again from.
   *
   * @param source throws a {@link VodisException} that says what is wrong with it
   */
  default void reloadFrom(Supplier<? extends Record> source) {}

  /**
   * Reads the configuration again, and puts in force what can be while the role runs.
   *
   * @return what has become of what has changed, for operators
   */
  default String reload() {
    return "this role reads its configuration at its start only";
  }

  /** How long closing it may take. */
  default Duration closeLimit() {
    return Duration.ofSeconds(10);
  }

  @Override
  void close();
}
