package io.vodis.lifecycle;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;

class ProcessScopeTest {

  @Test
  void closesTheLastStartedFirstAndEachOnceEvenIfOneFails() {
    // Given
    List<String> closed = Collections.synchronizedList(new ArrayList<>());
    ProcessScope scope = new ProcessScope();
    scope.started(() -> closed.add("first"));
    scope.started(
        () -> {
          closed.add("second");
          throw new IllegalStateException("will not close");
        });
    scope.started(() -> closed.add("third"));

    // When
    scope.close();
    scope.close();

    // Then
    assertThat(closed).containsExactly("third", "second", "first");
  }
}
